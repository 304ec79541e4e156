//! The versions of a document, from the latest: the commits of a git repository, or the files of a
//! folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::input::{Input, Source};
use crate::labelled::documents_in;
use crate::outcome::{Failure, reason};

/// One version of a document.
pub(crate) struct Version {
    /// Its file, or its commit with date, author and subject.
    pub(crate) name: String,
    /// Its file, or the abbreviated commit.
    pub(crate) short: String,
    pub(crate) source: Source,
}

/// The versions of a document, from the latest.
pub(crate) struct Versions {
    /// The next versions, the latest at the end.
    left: Vec<Named>,
    git: Option<Repository>,
}

enum Named {
    File(String),
    Commit { hash: String, name: String },
}

/// The folder and the name of a document in a git repository.
struct Repository {
    folder: PathBuf,
    file: String,
}

impl Versions {
    /// Lists the versions of a file in a git repository, the file as it is now first; or of a
    /// folder.
    ///
    /// # Errors
    /// If git fails, or the folder has no documents.
    pub(crate) fn of(file: &str) -> Result<Versions, Failure> {
        let path = Path::new(file);
        if path.is_dir() {
            let files = documents_in(file)?;
            return Ok(Versions { left: files.into_iter().map(Named::File).collect(), git: None });
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return Err(Failure::message(format!("`{file}` is not a file or folder")));
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_path_buf();
        let git = Repository { folder, file: name.to_owned() };
        let log = git.run(&["log", "--format=%H%x09%h %as %an: %s", "--", name])?;
        let log = String::from_utf8_lossy(&log);
        let commits = log.lines().filter_map(|line| line.split_once('\t'));
        let mut left: Vec<Named> = commits
            .map(|(hash, name)| Named::Commit { hash: hash.to_owned(), name: name.to_owned() })
            .collect();
        if left.is_empty() {
            return Err(Failure::message(format!(
                "`{file}` is in no commit; name a document in a git repository, or a folder"
            )));
        }
        left.insert(0, Named::File(file.to_owned()));
        left.reverse();
        Ok(Versions { left, git: Some(git) })
    }

    /// Reads a version; `None` if it is a commit that removed the file.
    fn read(&self, named: Named) -> Result<Option<Version>, Failure> {
        let version = match (named, &self.git) {
            (Named::Commit { hash, name }, Some(git)) => {
                if git.run(&["ls-tree", &hash, "--", &git.file])?.is_empty() {
                    return Ok(None);
                }
                let bytes = git.run(&["cat-file", "blob", &format!("{hash}:./{}", git.file)])?;
                let short = name.split(' ').next().unwrap_or_default().to_owned();
                Version { source: Source { name: short.clone(), bytes }, short, name }
            }
            (Named::Commit { name, .. } | Named::File(name), _) => {
                let source = Input::default().read(&name)?;
                let name = match self.git {
                    Some(_) => format!("{name} (not committed)"),
                    None => name,
                };
                Version { short: source.name.clone(), source, name }
            }
        };
        Ok(Some(version))
    }
}

impl Iterator for Versions {
    type Item = Result<Version, Failure>;

    fn next(&mut self) -> Option<Result<Version, Failure>> {
        loop {
            let next = self.left.pop()?;
            if let Some(version) = self.read(next).transpose() {
                return Some(version);
            }
        }
    }
}

impl Repository {
    /// Runs git in the folder of the document, and returns its output.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        if cfg!(target_os = "wasi") {
            return Err(Failure::runs_a_program("`blame` of a file runs git"));
        }
        let mut git = Command::new("git");
        git.arg("--literal-pathspecs").arg("-C").arg(&self.folder).args(arguments);
        let output = git.output();
        let output = output
            .map_err(|error| Failure::message(format!("cannot run git: {}", reason(&error))))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            let message = message.lines().next().unwrap_or("it failed");
            return Err(Failure::message(format!(
                "git: {message}; name a document in a git repository, or a folder of versions"
            )));
        }
        Ok(output.stdout)
    }
}
