//! Makes Rust of the contract between the node and media's Python side, without `protoc`.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../proto");
    let file = root.join("sasayaki/media/node/v1/node.proto");
    println!("cargo:rerun-if-changed={}", file.display());
    let files = protox::compile([&file], [&root])?;
    prost_build::Config::new().compile_fds(files)?;
    Ok(())
}
