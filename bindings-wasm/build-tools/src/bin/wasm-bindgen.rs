//! The program `wasm-bindgen`, with the options that `wasm-pack build --target bundler` passes.

use std::path::PathBuf;

use clap::Parser;
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
#[command(name = "wasm-bindgen", version)]
struct Arguments {
    /// The module as cargo has built it.
    input: PathBuf,
    /// Where to write the module and its glue.
    #[arg(long)]
    out_dir: PathBuf,
    /// The names of the files, without extension.
    #[arg(long)]
    out_name: Option<String>,
    /// The kind of loader that the glue is for.
    #[arg(long, value_parser = ["bundler"])]
    target: String,
    /// Write type declarations.
    #[arg(long)]
    typescript: bool,
    /// Add checks to the glue.
    #[arg(long)]
    debug: bool,
    /// Keep the mangled names of functions.
    #[arg(long)]
    no_demangle: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut bindgen = Bindgen::new();
    bindgen
        .bundler(true)?
        .input_path(&arguments.input)
        .typescript(arguments.typescript)
        .debug(arguments.debug)
        .demangle(!arguments.no_demangle);
    if let Some(name) = &arguments.out_name {
        bindgen.out_name(name);
    }
    bindgen.generate(&arguments.out_dir)
}
