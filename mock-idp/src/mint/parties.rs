//! Who a recipe names.

use super::recipe::TokenRecipe;
use super::trouble::BadRecipe;
use crate::diagnostic::listed;
use crate::directory::{Application, User};

/// The application that a recipe names, or else the one that examples use: the first that can sign in with a credential.
pub(crate) fn application<'d>(
    applications: &'d [Application],
    recipe: &TokenRecipe,
) -> Result<&'d Application, BadRecipe> {
    let mut all = applications.iter();
    let found = match &recipe.client {
        None => all.find(|application| application.enabled && !application.is_public()),
        Some(id) => all.find(|application| application.id.eq_ignore_ascii_case(id)),
    };
    found.ok_or_else(|| BadRecipe::Client {
        id: recipe.client.clone().unwrap_or_default(),
        known: listed(
            applications
                .iter()
                .map(|application| application.id.as_str()),
        ),
    })
}

/// The user with this login or id.
pub(crate) fn user(users: &[User], name: &str) -> Result<User, BadRecipe> {
    let found = users
        .iter()
        .find(|user| user.id == name || user.login.eq_ignore_ascii_case(name));
    found.cloned().ok_or_else(|| BadRecipe::User {
        name: name.to_owned(),
        known: listed(users.iter().map(|user| user.login.as_str())),
    })
}
