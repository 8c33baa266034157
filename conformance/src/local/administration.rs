//! What administrators, platforms and users do in the middle of a play.

use mock_idp::directory::NEXT_SAMPLE_CERTIFICATE;
use mock_idp::directory::{AccessControl, Certificate, ConditionalAccess, StepUp};
use mock_idp::ledger::AccessEvent;

use super::equipment::change_application;
use super::play::{Stage, Stuck};
use crate::scenario::{
    ApiTokensChange, ClientAuthMethod, CredentialsChange, IdpStep, PlatformTokens, SignInDecision,
};

impl Stage<'_> {
    /// Does what is neither of the script nor of keys, secrets and tokens.
    pub(super) fn administer(&mut self, happening: &IdpStep) -> Result<(), Stuck> {
        if let Some(PlatformTokens::Renew) = happening.platform_tokens {
            self.happened("platform's tokens renewed".to_owned());
            self.cast.equipment().renew_platform_tokens(&self.idp)?;
        }
        if let Some(change) = happening.api_tokens {
            self.happened(
                match change {
                    ApiTokensChange::Add => "API token made",
                    ApiTokensChange::Revoke => "API tokens revoked",
                    ApiTokensChange::DeactivateOwner => "owner of API token deactivated",
                    ApiTokensChange::ActivateOwner => "owner of API token activated",
                    ApiTokensChange::LowerRole => "owner of API token has no role any more",
                    ApiTokensChange::RaiseRole => "owner of API token is administrator again",
                    ApiTokensChange::Restrict => "API token kept to another network zone",
                    ApiTokensChange::Unrestrict => "API token good everywhere again",
                }
                .to_owned(),
            );
            self.cast.api_tokens().change(change, &self.idp)?;
        }
        if let Some(decision) = happening.sign_ins {
            self.decide_sign_ins(decision)?;
        }
        if let Some(control) = happening.policy {
            self.happened("policy added".to_owned());
            self.add_policy(control);
        }
        if let Some(context) = &happening.step_up {
            self.happened(format!("resource asks for {context}"));
            self.ask_for(context);
        }
        if let Some(event) = happening.access {
            self.happened(
                match event {
                    AccessEvent::Revoked => "sign-ins revoked",
                    AccessEvent::Policies => "policies changed",
                    AccessEvent::Location => "location refused",
                }
                .to_owned(),
            );
            self.note(event)?;
        }
        Ok(())
    }

    pub(super) fn change_certificates(&mut self, change: CredentialsChange) {
        self.happened(
            match change {
                CredentialsChange::Add => "certificate added",
                CredentialsChange::Retire => "old certificates retired",
                CredentialsChange::Replace => "certificates replaced",
            }
            .to_owned(),
        );
        let is_certified = |auth| auth == ClientAuthMethod::Certificate;
        for client in self.cast.applications(is_certified) {
            change_application(&self.idp, &client, |application| {
                if change != CredentialsChange::Retire {
                    let next = Certificate::from_pem(NEXT_SAMPLE_CERTIFICATE);
                    application.certificates.extend(next);
                }
                if change != CredentialsChange::Add {
                    let old = application.certificates.len().saturating_sub(1);
                    application.certificates.drain(..old);
                }
            });
        }
    }

    fn decide_sign_ins(&mut self, decision: SignInDecision) -> Result<(), Stuck> {
        let waiting = self.idp.pending_sign_ins();
        if waiting.is_empty() {
            // A client that has begun none is the checks' to judge.
            self.happened("nobody waits to sign in".to_owned());
            return Ok(());
        }
        self.happened(
            match decision {
                SignInDecision::Approve => "sign-in approved",
                SignInDecision::Deny => "sign-in denied",
            }
            .to_owned(),
        );
        let logins = self.cast.logins();
        for (place, sign_in) in waiting.iter().enumerate() {
            let login = logins.get(place).or(logins.first());
            let decided = match (decision, login) {
                (SignInDecision::Approve, Some(login)) => {
                    self.idp.approve_sign_in(&sign_in.user_code, login)
                }
                _ => self.idp.deny_sign_in(&sign_in.user_code),
            };
            decided.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn add_policy(&self, control: AccessControl) {
        let logins = self.cast.logins();
        self.idp.change_directory(|directory| {
            for tenant in &mut directory.entra.tenants {
                let number = tenant.conditional_access.len();
                tenant.conditional_access.push(ConditionalAccess {
                    id: format!("2a6c1e58-9d03-4b7f-8e21-{number:012x}"),
                    control,
                    users: logins.clone(),
                    workloads: Vec::new(),
                    resources: Vec::new(),
                });
            }
        });
    }

    fn ask_for(&self, context: &str) {
        self.idp.change_directory(|directory| {
            let tenants = directory.entra.tenants.iter_mut();
            let resources = tenants.flat_map(|tenant| &mut tenant.resources);
            for resource in resources.filter(|resource| resource.is_graph()) {
                resource.step_up.push(StepUp {
                    path: "/".to_owned(),
                    methods: Vec::new(),
                    context: context.to_owned(),
                });
            }
        });
    }

    fn note(&self, event: AccessEvent) -> Result<(), Stuck> {
        let logins = self.cast.logins();
        let noted = match logins.is_empty() {
            true => self.idp.access_event(event, None),
            false => logins
                .iter()
                .try_for_each(|login| self.idp.access_event(event, Some(login))),
        };
        noted.map_err(|error| error.to_string())
    }
}
