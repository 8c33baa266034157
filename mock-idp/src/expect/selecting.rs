//! [`Requests`] and further keys side by side in one map, as files have them.

/// Declares the written form of a type: the keys of [`Requests`](super::Requests) and keys of its own. Serde's `flatten` cannot
/// refuse unknown keys, and would cost errors their place.
macro_rules! selecting {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $name {
            /// The endpoint; any without it.
            #[serde(skip_serializing_if = "Option::is_none")]
            to: Option<$crate::expect::Target>,
            /// The application, by its client id: the one that asks for a token, or that the token it shows was issued to.
            #[serde(skip_serializing_if = "Option::is_none")]
            client: Option<String>,
            /// The HTTP status of the answer: `401`, `5xx`, or a list.
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<$crate::expect::Statuses>,
            /// `grant_type` of the request.
            #[serde(skip_serializing_if = "Option::is_none")]
            grant: Option<String>,
            /// A scope that the request asks for.
            #[serde(skip_serializing_if = "Option::is_none")]
            scope: Option<String>,
            /// The tenant (Entra) or authorization server (Okta) that is asked, as it stands in the path.
            #[serde(skip_serializing_if = "Option::is_none")]
            tenant: Option<String>,
            /// The HTTP method of the request.
            #[serde(skip_serializing_if = "Option::is_none")]
            method: Option<String>,
            /// How the client authenticated in the request.
            #[serde(skip_serializing_if = "Option::is_none")]
            auth: Option<$crate::expect::AuthUse>,
            /// `error` of the answer.
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<String>,
            /// Which token the request shows.
            #[serde(skip_serializing_if = "Option::is_none")]
            presents: Option<$crate::expect::Presents>,
            /// The token shown has at least so long to live, on the server's clock.
            #[serde(skip_serializing_if = "Option::is_none")]
            left_at_least: Option<$crate::fault::Length>,
            /// Whether a secret stood where it must not (`true`: it did).
            #[serde(skip_serializing_if = "Option::is_none")]
            leaks_secret: Option<bool>,
            /// Where a secret stood that must not stand there.
            #[serde(skip_serializing_if = "Option::is_none")]
            secret_in: Option<$crate::journal::SecretPlace>,
            /// Only after the first request that is like this was answered.
            #[serde(skip_serializing_if = "Option::is_none")]
            after: Option<Box<$crate::expect::Requests>>,
            /// Only for so long after `after`, or from the start of the world.
            #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
            following: Option<$crate::fault::Length>,
            /// Only before the first request that is like this arrived.
            #[serde(skip_serializing_if = "Option::is_none")]
            before: Option<Box<$crate::expect::Requests>>,
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Option::is_none")] $field: Option<$type>,)*
        }

        impl $name {
            fn with(requests: $crate::expect::Requests) -> Self {
                let $crate::expect::Requests {
                    to, client, status, grant, scope, tenant, method, auth, error, presents, left_at_least,
                    leaks_secret, secret_in, after, following, before,
                } = requests;
                Self {
                    to, client, status, grant, scope, tenant, method, auth, error, presents, left_at_least,
                    leaks_secret, secret_in, after, following, before,
                    $($field: None,)*
                }
            }

            fn requests(&mut self) -> $crate::expect::Requests {
                $crate::expect::Requests {
                    to: self.to.take(),
                    client: self.client.take(),
                    status: self.status.take(),
                    grant: self.grant.take(),
                    scope: self.scope.take(),
                    tenant: self.tenant.take(),
                    method: self.method.take(),
                    auth: self.auth.take(),
                    error: self.error.take(),
                    presents: self.presents.take(),
                    left_at_least: self.left_at_least.take(),
                    leaks_secret: self.leaks_secret.take(),
                    secret_in: self.secret_in.take(),
                    after: self.after.take(),
                    following: self.following.take(),
                    before: self.before.take(),
                }
            }
        }
    };
}

pub(super) use selecting;
