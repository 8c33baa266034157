use super::*;
use crate::library::Library;
use crate::registry::Registry;

fn chosen(selection: &Selection) -> String {
    let registry = Registry::embedded().unwrap();
    let cases = Library::embedded().plan(&registry).unwrap();
    selection
        .select(cases)
        .iter()
        .map(|case| {
            let checks: Vec<_> = case.checks.iter().map(|c| c.check.id.as_str()).collect();
            format!("{}: {}\n", case.name, checks.join(" "))
        })
        .collect()
}

fn patterns(texts: &[&str]) -> Selection {
    Selection {
        patterns: texts.iter().map(|text| text.parse().unwrap()).collect(),
        ..Selection::default()
    }
}

#[test]
fn nothing_asked_is_everything_chosen() {
    let registry = Registry::embedded().unwrap();
    let cases = Library::embedded().plan(&registry).unwrap();
    let number = cases.len();
    assert_eq!(Selection::default().select(cases).len(), number);
}

#[test]
fn by_name() {
    insta::assert_snapshot!(chosen(&patterns(&["expiry/early-refresh", "concurrency/herd[okta,*]", "**[okta*]:says-so"])), @"
    api-token/owner-changes[okta,owner-deactivated]: says-so
    api-token/owner-changes[okta,role-lowered]: says-so
    api-token/owner-changes[okta,outside-zone]: says-so
    api-token/runs-out[okta,unused]: says-so
    api-token/runs-out[okta,revoked]: says-so
    concurrency/herd[okta,good]: one-flight all-served
    concurrency/herd[okta,broken]: one-flight no-stampede
    errors/invalid-grant-stops[okta]: says-so
    expiry/early-refresh[entra]: never-stale before-the-end reuses seamless
    expiry/early-refresh[okta]: never-stale before-the-end reuses seamless
    refresh/revoked-grant[okta,grants]: says-so
    refresh/revoked-grant[okta,the-token]: says-so
    refresh/secret-replaced[okta,in-a-hurry]: says-so
    refresh/secret-replaced[okta,with-overlap]: says-so
    rotation/reuse-detected[okta]: says-so
    sign-in/exchanged[okta]: says-so
    ");
}

#[test]
fn by_requirement_level_and_provider() {
    let selection = Selection {
        requirements: vec!["rotation.discard-old".to_owned(), "errors.class".to_owned()],
        level: Some(Level::Must),
        providers: vec![Provider::Okta],
        ..Selection::default()
    };
    insta::assert_snapshot!(chosen(&selection), @"
    ambient/for-a-user[okta,rotate]: newest-only
    refresh/rotation[okta,rotate]: newest-only
    rotation/leeway[okta,inside]: discards-old
    rotation/leeway[okta,outside]: discards-old
    rotation/reuse-detected[okta]: newest-only
    ");
}

#[test]
fn patterns_that_match_nothing_are_told() {
    let registry = Registry::embedded().unwrap();
    let cases = Library::embedded().plan(&registry).unwrap();
    let selection = patterns(&["expiry", "expirey", "expiry:nothing"]);
    let unmatched: Vec<_> = selection
        .unmatched(&cases)
        .map(ToString::to_string)
        .collect();
    assert_eq!(unmatched, ["expirey", "expiry:nothing"]);
}

#[test]
fn arguments() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().to_string_lossy().into_owned();
    assert_eq!(
        Argument::read(&there),
        Ok(Argument::Path(PathBuf::from(&there)))
    );
    assert_eq!(
        Argument::read("gone.yaml"),
        Ok(Argument::Path(PathBuf::from("gone.yaml")))
    );
    assert!(matches!(
        Argument::read("expiry/early-refresh[okta]"),
        Ok(Argument::Pattern(_))
    ));
    assert!(Argument::read("").is_err());
}
