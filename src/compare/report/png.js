"use strict";
// Exact values of PNG files: a canvas rounds translucent pixels, and has 8 bits a channel. In: a data address.
// Out: `{ most, rgba }`, the greatest value of a channel and straight RGBA row by row; `null` for what a canvas
// has to read: interlaced files, and those with less than 8 bits a channel.
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

async function exactValues(source) {
  const bytes = Uint8Array.from(atob(source.slice(source.indexOf(",") + 1)), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const [width, height, bits, kind] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]];
  const channels = CHANNELS[kind];
  if (!channels || bits < 8 || bytes[28] !== 0) return null;
  const { IDAT, PLTE, tRNS } = chunks(bytes, view);
  const stream = new Blob(IDAT).stream().pipeThrough(new DecompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const plain = unfiltered(packed, height, width * channels * bits / 8, channels * bits / 8);
  const samples = bits === 8 ? plain : words(plain);
  const most = 2 ** bits - 1;
  if (kind === 6) return { most, rgba: samples };
  // In a palette the alphas of the first colours, else the one colour that is clear.
  const clear = tRNS ? (kind === 3 ? tRNS[0] : words(tRNS[0])) : [];
  const pixel = {
    0: (at) => [samples[at], samples[at], samples[at], samples[at] === clear[0] ? 0 : most],
    2: (at) => {
      const rgb = samples.subarray(at, at + 3);
      return [...rgb, rgb.every((value, i) => value === clear[i]) ? 0 : most];
    },
    3: (at) => [...PLTE[0].subarray(samples[at] * 3, samples[at] * 3 + 3), clear[samples[at]] ?? most],
    4: (at) => [samples[at], samples[at], samples[at], samples[at + 1]],
  }[kind];
  const rgba = new samples.constructor(width * height * 4);
  for (let i = 0; i < width * height; i++) rgba.set(pixel(i * channels), i * 4);
  return { most, rgba };
}

// The contents of the chunks, by name.
function chunks(bytes, view) {
  const found = {};
  for (let at = 8; at < bytes.length; at += view.getUint32(at) + 12) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    (found[name] ??= []).push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  return found;
}

// Values of two bytes, the greater one first.
function words(bytes) {
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] * 256 + bytes[2 * i + 1]);
}

// Rows of `row` bytes without their filters; a pixel has `size` bytes.
function unfiltered(packed, height, row, size) {
  const plain = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = packed[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const at = y * row + x;
      const left = x >= size ? plain[at - size] : 0;
      const up = y > 0 ? plain[at - row] : 0;
      const corner = x >= size && y > 0 ? plain[at - row - size] : 0;
      plain[at] = packed[y * (row + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return plain;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
