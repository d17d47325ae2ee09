//! Refused patches: each file of `patches/bad/` ends `oscilla check` with status 3 and exactly the
//! recorded message. `UPDATE_GOLDEN=1 cargo test --test bad` records anew; read the messages as
//! their user would before you commit them.

mod support;

use support::{check_text, oscilla, patches, root, stem};

#[test]
fn refused_patches_say_why() {
    let mut wrong = Vec::new();
    let bad = patches("patches/bad");
    assert!(bad.len() >= 40, "only {} refused patches", bad.len());
    for patch in bad {
        let name = stem(&patch);
        let relative = format!("patches/bad/{name}.json");
        let output = oscilla(&["check", &relative]);
        let status = output.status.code();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        if status != Some(3) {
            wrong.push(format!(
                "{relative} ended with {status:?}, not 3:\n{message}"
            ));
        }
        if !output.stdout.is_empty() {
            wrong.push(format!("{relative}: stdout must stay empty"));
        }
        check_text(
            &root("golden/bad").join(format!("{name}.txt")),
            &message,
            &mut wrong,
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
