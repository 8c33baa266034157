//! Parts of a directory, each put and taken away by itself.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::control::answer::{Done, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Asked, Given, Named};
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::directory::{
    ApiToken, Application, AuthorizationServer, Group, ManagedIdentity, Part, PartKind, Tenant,
    User,
};

/// Where a part belongs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlaceQuery {
    /// The Entra tenant, by id, domain or alias; the first without it.
    tenant: Option<String>,
}

/// What can be put into a directory.
trait IsPart: DeserializeOwned + JsonSchema + Send + 'static {
    const PATH: &'static str;
    const PUT: (&'static str, &'static str);
    const DELETE: (&'static str, &'static str);
    const KIND: PartKind;

    /// The id by which it is replaced.
    fn id(&self) -> &str;

    fn into_part(self) -> Part;
}

macro_rules! part {
    ($kind:ident, $id:ident, $folder:literal, $what:literal) => {
        impl IsPart for $kind {
            const PATH: &'static str = concat!("/worlds/{world}/directory/", $folder, "/{id}");
            const PUT: (&'static str, &'static str) = (
                concat!("put", stringify!($kind)),
                concat!(
                    "Puts ",
                    $what,
                    " into the directory, whole, in place of one with the same id"
                ),
            );
            const DELETE: (&'static str, &'static str) = (
                concat!("remove", stringify!($kind)),
                concat!("Takes ", $what, " out of the directory"),
            );
            const KIND: PartKind = PartKind::$kind;

            fn id(&self) -> &str {
                &self.$id
            }

            fn into_part(self) -> Part {
                Part::$kind(self)
            }
        }
    };
}

part!(Application, id, "applications", "an application");
part!(User, id, "users", "a user");
part!(Group, id, "groups", "a group");
part!(
    ManagedIdentity,
    client_id,
    "managed-identities",
    "a managed identity"
);
part!(ApiToken, id, "api-tokens", "a token for the management API");
part!(Tenant, id, "tenants", "a tenant");
part!(
    AuthorizationServer,
    id,
    "authorization-servers",
    "an authorization server"
);

pub(super) fn add(api: Api) -> Api {
    let api = routes::<Application>(api);
    let api = routes::<User>(api);
    let api = routes::<Group>(api);
    let api = routes::<ManagedIdentity>(api);
    let api = routes::<ApiToken>(api);
    let api = routes::<Tenant>(api);
    routes::<AuthorizationServer>(api)
}

fn routes<P: IsPart>(api: Api) -> Api {
    api.route(
        Operation::put(P::PATH, P::PUT.0, P::PUT.1)
            .asks::<PlaceQuery>()
            .takes::<P>(),
        put::<P>,
    )
    .route(
        Operation::delete(P::PATH, P::DELETE.0, P::DELETE.1)
            .asks::<PlaceQuery>()
            .refuses(422, "Others need it."),
        remove::<P>,
    )
}

async fn put<P: IsPart>(
    world: World,
    Named(id): Named,
    Asked(place): Asked<PlaceQuery>,
    Given(part): Given<P>,
) -> Done {
    if !part.id().eq_ignore_ascii_case(&id) {
        return Err(Problem::unprocessable(
            "the id in the body is not that of the path; say the same in both",
        ));
    }
    world.idp.put(place.tenant.as_deref(), part.into_part())?;
    done()
}

async fn remove<P: IsPart>(
    world: World,
    Named(id): Named,
    Asked(place): Asked<PlaceQuery>,
) -> Done {
    world.idp.remove(place.tenant.as_deref(), P::KIND, &id)?;
    done()
}
