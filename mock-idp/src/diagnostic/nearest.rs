//! The name that was probably meant.

use strsim::osa_distance;

/// The candidate most like `name`, if one is like it at all.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long names are compared by their beginnings, and not with everybody: distance costs the square of the length.
    const LONGEST: usize = 100;
    const MOST: usize = 300;
    let name: String = name
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        .map(|candidate| {
            let short: String = candidate.chars().take(LONGEST).collect();
            (osa_distance(&name, &short.to_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= allowed || (name.len() >= 3 && candidate.contains(&name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `name`?`` for the candidate most like `name`.
#[must_use]
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Names as a message lists them: `` `a`, `b` and `c` ``, and of very many only the first.
#[must_use]
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 40;
    let mut all = names.into_iter();
    let mut names: Vec<String> = all
        .by_ref()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = all.count();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_understood_and_strangers_are_not() {
        let names = ["token", "resource", "discovery", "jwks"];
        let guess = |name| nearest(name, names).unwrap_or("-");
        insta::assert_snapshot!(
            ["tokne", "Token", "resourse", "disc", "jwk", "banana", "", "t"].map(guess).join(" "),
            @"token token resource discovery jwks - - -"
        );
        insta::assert_snapshot!([listed([]), listed(["a"]), listed(["a", "b"]), listed(names)].join(" / "), @"none / `a` / `a` and `b` / `token`, `resource`, `discovery` and `jwks`");
        let many: Vec<String> = (0..45).map(|n| n.to_string()).collect();
        let all = listed(many.iter().map(String::as_str));
        assert!(all.ends_with("`38`, `39` and 5 more"), "{all}");
    }
}
