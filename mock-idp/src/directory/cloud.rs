//! Which of Microsoft's clouds a world plays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cloud of Microsoft's: the names that its documents and tokens have
/// (learn.microsoft.com/entra/identity-platform/authentication-national-cloud).
///
/// The world itself stays where it is: its documents lead to its own origins. What is named here is what clients and validators
/// compare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cloud {
    /// Which cloud; the others say what differs from it.
    pub is: CloudName,
    /// The host, with its port if it has one, that issuers of v2.0 begin with, in documents and tokens, such as
    /// `login.microsoftonline.us`; the world's own without it. MSAL for JavaScript takes its authority's own or one of Microsoft's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_host: Option<String>,
    /// The host that issuers of v1.0 begin with, as `sts.windows.net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sts_host: Option<String>,
    /// `cloud_instance_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_name: Option<String>,
    /// `cloud_graph_host_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_host: Option<String>,
    /// `msgraph_host`. The directory's API for it names itself, as `https://graph.microsoft.us`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msgraph_host: Option<String>,
    /// `rbac_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rbac_url: Option<String>,
}

/// A cloud by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloudName {
    /// login.microsoftonline.com.
    #[default]
    Public,
    /// login.microsoftonline.us.
    UsGovernment,
    /// login.partner.microsoftonline.cn.
    China,
    /// login.sovcloud-identity.fr.
    France,
    /// login.sovcloud-identity.de.
    Germany,
    /// login.sovcloud-identity.sg.
    Singapore,
}

/// What a cloud is called where.
struct Names {
    sts: &'static str,
    instance: &'static str,
    graph: &'static str,
    msgraph: &'static str,
    rbac: &'static str,
}

impl Cloud {
    /// The host of its issuers of v1.0.
    #[must_use]
    pub fn sts_host(&self) -> &str {
        self.sts_host.as_deref().unwrap_or(self.names().sts)
    }

    /// `cloud_instance_name`.
    #[must_use]
    pub fn instance_name(&self) -> &str {
        self.instance_name
            .as_deref()
            .unwrap_or(self.names().instance)
    }

    /// `cloud_graph_host_name`.
    #[must_use]
    pub fn graph_host(&self) -> &str {
        self.graph_host.as_deref().unwrap_or(self.names().graph)
    }

    /// `msgraph_host`.
    #[must_use]
    pub fn msgraph_host(&self) -> &str {
        self.msgraph_host.as_deref().unwrap_or(self.names().msgraph)
    }

    /// `rbac_url`.
    #[must_use]
    pub fn rbac_url(&self) -> &str {
        self.rbac_url.as_deref().unwrap_or(self.names().rbac)
    }

    /// Of the newest clouds only the login hosts are documented; that they call the rest as the public cloud does is assumed.
    fn names(&self) -> Names {
        let public = Names {
            sts: "sts.windows.net",
            instance: "microsoftonline.com",
            graph: "graph.windows.net",
            msgraph: "graph.microsoft.com",
            rbac: "https://pas.windows.net",
        };
        match self.is {
            CloudName::Public => public,
            CloudName::UsGovernment => Names {
                instance: "microsoftonline.us",
                msgraph: "graph.microsoft.us",
                rbac: "https://pasff.usgovcloudapi.net",
                ..public
            },
            CloudName::China => Names {
                sts: "sts.chinacloudapi.cn",
                instance: "partner.microsoftonline.cn",
                graph: "graph.chinacloudapi.cn",
                msgraph: "microsoftgraph.chinacloudapi.cn",
                rbac: "https://pas.chinacloudapi.cn",
            },
            CloudName::France => Names {
                instance: "sovcloud-identity.fr",
                ..public
            },
            CloudName::Germany => Names {
                instance: "sovcloud-identity.de",
                ..public
            },
            CloudName::Singapore => Names {
                instance: "sovcloud-identity.sg",
                ..public
            },
        }
    }
}
