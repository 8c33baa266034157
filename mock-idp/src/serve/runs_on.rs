//! `--runs-on`: where programs are to believe that they run.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::ca_folder::random_name;
use super::failure::Failure;
use super::promised_file::create;
use crate::environment::{Machine, Workload};
use crate::mock::MockIdp;
use crate::provider::Provider;

/// How long the token in the file is good: it is written once, and a session may be long. The control API makes shorter ones.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);

/// The machines that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum RunsOn {
    /// A virtual machine: managed identities come from its metadata service
    Vm,
    /// An App Service: IDENTITY_ENDPOINT and IDENTITY_HEADER
    AppService,
    /// A pod with workload identity: AZURE_FEDERATED_TOKEN_FILE
    Kubernetes,
}

/// A file with a token, which goes with this.
#[derive(Debug)]
pub(super) struct TokenFile(PathBuf);

impl RunsOn {
    /// What programs are told of the machine, with the file that a pod finds its token in.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the directory has no application to sign in by such a token, or if the file cannot be written.
    pub(super) fn machine(self, idp: &MockIdp) -> Result<(Machine, Option<TokenFile>), Failure> {
        match self {
            Self::Vm => Ok((Machine::Virtual, None)),
            Self::AppService => Ok((Machine::AppService, None)),
            Self::Kubernetes if idp.provider() != Provider::Entra => Ok((Machine::Virtual, None)),
            Self::Kubernetes => {
                let (workload, file) = workload(idp)?;
                Ok((Machine::Kubernetes(workload), Some(file)))
            }
        }
    }
}

fn workload(idp: &MockIdp) -> Result<(Workload, TokenFile), Failure> {
    let directory = idp.directory();
    let tenants = directory.entra.tenants.iter();
    let applications = tenants.flat_map(|tenant| {
        let applications = tenant.applications.iter();
        applications.map(move |application| (tenant, application))
    });
    let mut trusting = applications.filter(|(_, application)| {
        let trusted = application.federated.first();
        application.enabled && trusted.is_some_and(|trust| trust.jwks.is_none())
    });
    let (tenant, application) = trusting.next().ok_or(Failure::NoWorkload)?;
    let token = idp
        .federated_token(&application.id, None, Some(LIFETIME))
        .map_err(|_| Failure::NoWorkload)?;
    let path = std::env::temp_dir().join(format!("tokenproof-token-{}", random_name()?));
    create(&path, 0o600)
        .and_then(|mut file| file.write_all(token.value.reveal().as_bytes()))
        .map_err(|source| Failure::Unwritten {
            path: path.clone(),
            source,
        })?;
    let workload = Workload {
        tenant: tenant.id.clone(),
        client_id: application.id.clone(),
        token_file: path.clone(),
    };
    Ok((workload, TokenFile(path)))
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = fs::remove_file(&self.0);
    }
}
