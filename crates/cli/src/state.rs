//! The user's state folder: the history of the prompt, and what runs remember (`memory.rs`). Nobody else may read it.

use std::{
    fs::{self, DirBuilder},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use etcetera::base_strategy::{BaseStrategy as _, choose_native_strategy};

use crate::{env_vars, settings::Environment};

/// Where it is: `$CIRRUS_STATE_DIR`, else `$XDG_STATE_HOME/cirrus`, else where the system keeps such things.
pub(crate) fn folder(environment: Environment) -> Option<PathBuf> {
    if let Some(folder) = environment.get(env_vars::CIRRUS_STATE_DIR) {
        return Some(folder.into());
    }
    let xdg = environment.get(env_vars::XDG_STATE_HOME).map(PathBuf::from);
    // The specification says that a relative path is to be ignored.
    let base = xdg
        .filter(|folder| folder.is_absolute())
        .or_else(of_system)?;
    Some(base.join("cirrus"))
}

/// `~/.local/state`, `~/Library/Application Support`, `%LOCALAPPDATA%`.
fn of_system() -> Option<PathBuf> {
    let folders = choose_native_strategy().ok()?;
    let folder = if cfg!(windows) {
        folders.cache_dir()
    } else {
        folders.state_dir().unwrap_or_else(|| folders.data_dir())
    };
    Some(folder)
}

/// Makes a folder, unless it is there.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;

        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Puts a file in the place of another, whole or not at all; its folder is made.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make(folder)?;
    // Its mode is 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

/// Reads a file; none when it is not there.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_variable_decides() {
        let folder = |get: fn(&str) -> Option<std::ffi::OsString>| folder(Environment::of(get));
        let own = folder(|name| match name {
            env_vars::CIRRUS_STATE_DIR => Some("/own".into()),
            env_vars::XDG_STATE_HOME => Some("/xdg".into()),
            _ => None,
        });
        assert_eq!(own, Some("/own".into()));
        #[cfg(unix)]
        {
            let xdg = folder(|name| (name == env_vars::XDG_STATE_HOME).then(|| "/xdg".into()));
            assert_eq!(xdg, Some("/xdg/cirrus".into()));
        }
        let relative = folder(|name| (name == env_vars::XDG_STATE_HOME).then(|| "here".into()));
        assert_ne!(relative, Some("here/cirrus".into()));
    }

    #[test]
    fn a_file_is_replaced_and_private() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state").join("cirrus");
        let path = folder.join("x.json");
        assert_eq!(read(&path).unwrap(), None);
        replace(&path, b"old and long").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some(&b"new"[..]));
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "nothing is left behind"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        }
    }
}
