//! Where a program believes that it runs.

use std::path::PathBuf;

/// Where a program that uses Entra believes that it runs, and with that where it looks for tokens without a credential of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Machine {
    /// On a virtual machine, which has a metadata service.
    #[default]
    Virtual,
    /// In an App Service or a function, which has an endpoint of its own.
    AppService,
    /// In a pod of Kubernetes with workload identity: it signs in by a token that stands in a file.
    Kubernetes(Workload),
}

/// What a pod is told (azure.github.io/azure-workload-identity).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The tenant.
    pub tenant: String,
    /// The application that has a federated credential.
    pub client_id: String,
    /// The file with a token that it trusts ([`MockIdp::federated_token`](crate::MockIdp::federated_token)).
    pub token_file: PathBuf,
}
