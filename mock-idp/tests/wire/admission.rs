//! Who is kept out although the credential is right: users who are not assigned, policies that came after the sign-in, devices.

use mock_idp::MockIdp;
use mock_idp::directory::{
    AccessControl, Assignment, ConditionalAccess, Device, Part, PartKind, Tenant,
};

use crate::answer::Answer;
use crate::browser::{Ask, Browser, PORTAL, alert, redeem, refresh, sent, title};
use crate::codes::claims;
use crate::fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

const ADA: &str = "5d4c3b2a-1f0e-4d9c-8b7a-695847362514";
const OPERATORS: &str = "e1d2c3b4-a596-4788-9a6b-5c4d3e2f1a0b";
const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";
const ORDERS: &str = "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4";
const PASSED_ON: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn change(stage: &Stage, change: impl FnOnce(&mut Tenant)) {
    stage
        .idp
        .change_directory(|directory| change(&mut directory.entra.tenants[0]));
}

fn assignment(principal: &str, to: &str) -> Assignment {
    Assignment {
        principal: principal.to_owned(),
        to: to.to_owned(),
        role: None,
        created: None,
    }
}

fn policy(control: AccessControl) -> ConditionalAccess {
    ConditionalAccess {
        id: "5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11".to_owned(),
        control,
        users: Vec::new(),
        workloads: Vec::new(),
        resources: Vec::new(),
    }
}

fn by_code<'s>(stage: &'s Stage, code: &str) -> TokenAsk<'s> {
    redeem(stage, code)
}

/// The desktop's poll with a device code that Ada has approved.
async fn device<'s>(stage: &'s Stage) -> TokenAsk<'s> {
    let begun = stage
        .ask("")
        .without("grant_type")
        .without("client_secret")
        .at(&stage.idp.token_url().replace("/token", "/devicecode"))
        .with("client_id", DESKTOP)
        .with("scope", "User.Read offline_access")
        .send()
        .await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    stage
        .idp
        .approve_sign_in(&begun.text("user_code"), "ada@contoso.example")
        .unwrap();
    stage
        .ask("device_code")
        .without("client_secret")
        .with("client_id", DESKTOP)
        .with("device_code", &begun.text("device_code"))
}

/// What a user has signed in for by every way there is, and has not been shown yet. Ada is signed in, in the browser.
struct Waiting<'s> {
    browser: Browser<'s>,
    asks: Vec<(&'static str, TokenAsk<'s>)>,
}

async fn waiting(stage: &Stage) -> Waiting<'_> {
    let mut browser = Browser::new(stage);
    let first = browser.signed_in(&Ask::new(stage)).await.code();
    let answer = by_code(stage, &first).send().await;
    let token = answer.text("refresh_token");
    let code = browser.ask(&Ask::new(stage)).await;
    let code = sent(&code).code();
    let of_orders = Ask::new(stage).with("scope", "api://contoso-orders/Orders.Read");
    let passed_on = sent(&browser.ask(&of_orders).await).code();
    let passed_on = by_code(stage, &passed_on).send().await.text("access_token");
    let on_behalf = stage
        .ask(PASSED_ON)
        .with("client_id", ORDERS)
        .with("client_secret", "entra-app-secret~N5hT8wQd")
        .with("assertion", &passed_on)
        .with("requested_token_use", "on_behalf_of")
        .with("scope", "https://graph.microsoft.com/User.Read");
    let device = device(stage).await;
    Waiting {
        browser,
        asks: vec![
            ("code", by_code(stage, &code)),
            ("refresh", refresh(stage, &token)),
            ("on behalf", on_behalf),
            ("device", device),
            ("password", stage.password()),
        ],
    }
}

async fn numbers(asks: &[(&'static str, TokenAsk<'_>)]) -> String {
    let mut told = Vec::new();
    for (what, ask) in asks {
        let answer = ask.clone().send().await;
        told.push(match answer.status {
            200 => format!("{what} granted"),
            _ => format!("{what} {}", answer.json()["error_codes"][0]),
        });
    }
    told.join(", ")
}

#[tokio::test]
async fn users_who_are_not_assigned() {
    let stage = Stage::entra().await;
    let mut waiting = waiting(&stage).await;
    let required = |required: bool| {
        change(&stage, |tenant| {
            for application in &mut tenant.applications {
                application.assignment_required = required;
            }
        });
    };
    required(true);
    let refused = "code 50105, refresh 50105, on behalf 50105, device 50105, password 50105";
    assert_eq!(numbers(&waiting.asks).await, refused);
    is_as_the_ledger_says(50_105, &stage.password().send().await);
    // The page tells the user, and the client if nobody may be asked.
    let page = waiting.browser.ask(&Ask::new(&stage)).await;
    assert_eq!(page.status, 400);
    assert!(alert(&page).starts_with("AADSTS50105: The signed in user"));
    let silent = Ask::new(&stage).with("prompt", "none");
    let back = sent(&waiting.browser.ask(&silent).await);
    assert_eq!(back.error(), "interaction_required AADSTS50105");
    let mut other = Browser::new(&stage);
    let page = other.ask(&Ask::new(&stage)).await;
    let page = other
        .sign_in(&page, "ada@contoso.example", "correct-horse-Entra-1")
        .await;
    assert!(alert(&page).starts_with("AADSTS50105: "));
    // Whoever decides without a page is told the same.
    other.ask(&Ask::new(&stage)).await;
    let last = stage.idp.pending_authorizations().pop().unwrap();
    let back = stage
        .idp
        .approve_authorization(last.id, "ada@contoso.example")
        .unwrap();
    assert!(
        back.url.contains("error=interaction_required"),
        "{}",
        back.url
    );
    stage.idp.sign_in_automatically(Some("ada@contoso.example"));
    assert_eq!(other.ask(&Ask::new(&stage)).await.status, 400);
    assert_eq!(other.ask(&silent).await.status, 302);
    // Applications are nobody's users.
    assert_eq!(stage.app_only().send().await.status, 200);
    // An assignment lets in, of the user or of a group, and used nothing up meanwhile.
    let daemon = stage.idp.client_id();
    change(&stage, |tenant| {
        tenant.assignments = [PORTAL, DESKTOP, ORDERS]
            .map(|application| assignment(ADA, application))
            .to_vec();
        tenant.assignments.push(assignment(OPERATORS, &daemon));
    });
    let granted =
        "code granted, refresh granted, on behalf granted, device granted, password 50105";
    assert_eq!(numbers(&waiting.asks).await, granted);
    let fay = stage
        .password()
        .with("username", "fay@contoso.example")
        .with("password", "correct-horse-Entra-6");
    assert_eq!(fay.send().await.status, 200);
    required(false);
    assert_eq!(stage.password().send().await.status, 200);
}

#[tokio::test]
async fn assignments_go_with_whom_they_are_of() {
    let stage = Stage::entra().await;
    change(&stage, |tenant| {
        tenant.assignments = vec![assignment(ADA, PORTAL), assignment(OPERATORS, PORTAL)];
    });
    stage.idp.remove(None, PartKind::User, ADA).unwrap();
    let left = stage.idp.directory().entra.tenants[0].assignments.clone();
    assert_eq!(left, [assignment(OPERATORS, PORTAL)]);
    stage
        .idp
        .remove(None, PartKind::Application, PORTAL)
        .unwrap();
    assert!(
        stage.idp.directory().entra.tenants[0]
            .assignments
            .is_empty()
    );
    // One that names nobody is refused, and so is a device of nobody's.
    let mut wrong = stage.idp.directory().entra.tenants[0].clone();
    wrong.assignments = vec![
        assignment("nobody", ORDERS),
        assignment(OPERATORS, "nothing"),
    ];
    wrong.devices = vec![Device {
        id: "a".to_owned(),
        name: String::new(),
        owner: "nobody@contoso.example".to_owned(),
        compliant: false,
        joined: false,
    }];
    let refused = stage.idp.put(None, Part::Tenant(wrong)).unwrap_err();
    let refused = refused.to_string();
    let parts = refused.split("; there are ");
    let first: Vec<&str> = parts
        .map(|part| part.rsplit("; ").next().unwrap())
        .collect();
    insta::assert_snapshot!(first.join("\n"), @"
    the directory would be wrong: entra.tenants[0].assignments[0].principal: there is no user, group, application or managed identity `nobody`
    entra.tenants[0].assignments[1].to: there is no application or API `nothing`
    did you mean `ben@contoso.example`?
    `ben@contoso.example`, `cleo@contoso.example`, `dana@contoso.example`, `emil@contoso.example` and `fay@contoso.example`
    ");
}

/// A policy that came after the sign-in counts wherever something of it is shown, and what is refused is not used up.
#[tokio::test]
async fn policies_that_came_after_the_sign_in() {
    let stage = Stage::entra().await;
    let waiting = waiting(&stage).await;
    for (control, number) in [
        (AccessControl::Block, 53_003),
        (AccessControl::SecondFactor, 50_076),
        (AccessControl::SecondFactorRegistration, 50_079),
        (AccessControl::CompliantDevice, 53_000),
        (AccessControl::SecurityDefaults, 530_035),
    ] {
        change(&stage, |tenant| {
            tenant.conditional_access = vec![policy(control)]
        });
        let told = numbers(&waiting.asks).await;
        let expected = ["code", "refresh", "on behalf", "device", "password"]
            .map(|what| format!("{what} {number}"));
        assert_eq!(told, expected.join(", "));
        // A middle tier passes on what its caller has to do.
        if number == 53_003 {
            let (_, ask) = &waiting.asks[2];
            let answer = ask.clone().send().await;
            assert!(answer.text("claims").contains("capolids"));
        }
    }
    change(&stage, |tenant| tenant.conditional_access.clear());
    let told = numbers(&waiting.asks).await;
    assert!(!told.contains(char::is_numeric), "{told}");
}

/// Who is asked for a second factor by a policy shows one on the page, and has then satisfied it for good.
#[tokio::test]
async fn pages_ask_for_what_policies_want() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    browser.signed_in(&Ask::new(&stage)).await;
    let asks = |control| {
        change(&stage, |tenant| {
            tenant.conditional_access = vec![policy(control)]
        });
    };
    asks(AccessControl::SecondFactor);
    let silent = Ask::new(&stage).with("prompt", "none");
    let back = sent(&browser.ask(&silent).await);
    assert_eq!(back.error(), "interaction_required AADSTS50076");
    assert!(back.get("claims").unwrap().contains("capolids"));
    let page = browser.ask(&Ask::new(&stage)).await;
    assert_eq!(title(&page), "Verify your identity");
    // Nobody gets past it.
    let again = browser.submit(&page, &[("action", "accept")]).await;
    assert_eq!(title(&again), "Verify your identity");
    let code = sent(&browser.submit(&page, &[("action", "verify")]).await).code();
    let answer = by_code(&stage, &code).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let amr = &claims(&answer.text("access_token"))["amr"];
    assert_eq!(amr, &serde_json::json!(["pwd", "mfa"]));
    sent(&browser.ask(&silent).await).code();
    let token = answer.text("refresh_token");
    assert_eq!(refresh(&stage, &token).send().await.status, 200);
    // One that was shown lately is enough for an hour.
    asks(AccessControl::RecentSecondFactor);
    assert_eq!(refresh(&stage, &token).send().await.status, 200);
    stage.advance(3_601);
    let late = refresh(&stage, &token).send().await;
    is_as_the_ledger_says(50_078, &late);
    // How often a token was renewed since the sign-in changes nothing.
    asks(AccessControl::RecentSignIn);
    let newest = {
        change(&stage, |tenant| tenant.conditional_access.clear());
        let newest = refresh(&stage, &token).send().await.text("refresh_token");
        asks(AccessControl::RecentSignIn);
        newest
    };
    let late = refresh(&stage, &newest).send().await;
    is_as_the_ledger_says(70_043, &late);
    // The browser has to show the password again.
    assert_eq!(title(&browser.ask(&Ask::new(&stage)).await), "Sign in");
    let back = sent(&browser.ask(&silent).await);
    assert_eq!(back.error(), "login_required AADSTS50058");
    // What nothing can satisfy is told on the page.
    asks(AccessControl::Block);
    let page = browser.ask(&Ask::new(&stage)).await;
    assert!(alert(&page).starts_with("AADSTS53003: "));
}

#[tokio::test]
async fn a_device_that_is_gone_takes_its_sign_ins_with_it() {
    let stage = Stage::entra().await;
    change(&stage, |tenant| {
        tenant.conditional_access = vec![policy(AccessControl::CompliantDevice)];
        tenant.devices = vec![Device {
            id: "aa3b4c5e-f607-4819-8a4a-1b2c3d4e5f61".to_owned(),
            name: "laptop".to_owned(),
            owner: "ada@contoso.example".to_owned(),
            compliant: false,
            joined: false,
        }];
    });
    is_as_the_ledger_says(53_000, &stage.password().send().await);
    change(&stage, |tenant| tenant.devices[0].compliant = true);
    let answer = stage.password().send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = claims(&answer.text("access_token"));
    assert_eq!(told["deviceid"], "aa3b4c5e-f607-4819-8a4a-1b2c3d4e5f61");
    let token = answer.text("refresh_token");
    assert_eq!(stage.refresh(&token).send().await.status, 200);
    change(&stage, |tenant| {
        tenant.conditional_access = vec![policy(AccessControl::JoinedDevice)]
    });
    is_as_the_ledger_says(53_001, &stage.refresh(&token).send().await);
    change(&stage, |tenant| tenant.conditional_access.clear());
    let devices = stage.idp.directory().entra.tenants[0].devices.clone();
    change(&stage, |tenant| tenant.devices.clear());
    is_as_the_ledger_says(700_003, &stage.refresh(&token).send().await);
    // It comes back, and so does the sign-in.
    change(&stage, |tenant| tenant.devices = devices);
    assert_eq!(stage.refresh(&token).send().await.status, 200);
    // Whoever signs in without one has none to lose.
    change(&stage, |tenant| tenant.devices.clear());
    let token = stage.password().send().await.text("refresh_token");
    assert_eq!(stage.refresh(&token).send().await.status, 200);
}

/// A refusal by a policy or for want of an assignment comes after what is wrong with the token itself.
#[tokio::test]
async fn what_is_wrong_with_a_token_is_told_first() {
    let stage = Stage::of(MockIdp::entra()).await;
    let waiting = waiting(&stage).await;
    assert!(stage.idp.revoke_sign_ins("ada@contoso.example").is_some());
    change(&stage, |tenant| {
        tenant.conditional_access = vec![policy(AccessControl::Block)]
    });
    let told: Answer = waiting.asks[1].1.clone().send().await;
    is_as_the_ledger_says(50_173, &told);
    let told = waiting.asks[0].1.clone().send().await;
    is_as_the_ledger_says(50_173, &told);
}
