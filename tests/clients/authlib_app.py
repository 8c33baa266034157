"""Authlib's application, of no web framework: what a framework would keep in its session is given to it."""

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from steering import approved


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session

    def session(self, **more):
        """A session that knows the server's endpoints."""
        known = {**self.load_server_metadata(), **self.client_kwargs, **more}
        return OAuth2Session(self.client_id, self.client_secret, **known)

    def begin(self, redirect_uri):
        """The address of a sign-in, and what has to be kept until its user is back."""
        endpoint = self.load_server_metadata()["authorization_endpoint"]
        begun = self._create_oauth2_authorization_url(self.session(), endpoint, redirect_uri=redirect_uri)
        return {**begun, "redirect_uri": redirect_uri}

    def redeem(self, asked, back, **other):
        kept = {name: asked[name] for name in ("code_verifier", "redirect_uri", "state")}
        # What a browser has behind `#` no server is shown.
        return self.session().fetch_token(authorization_response=back.partition("#")[0], **{**kept, **other})

    def sign_in(self, redirect_uri):
        asked = self.begin(redirect_uri)
        return self.redeem(asked, approved(asked["url"])["url"])

    def identity(self, token, nonce):
        """Who an id token says its user is, or what the library finds wrong with it."""
        try:
            claims = self.parse_id_token(token, nonce)
            return f"{claims['preferred_username']}, with {' and '.join(name for name in ('nonce', 'at_hash') if name in claims)}"
        except Exception as error:
            return f"{type(error).__name__} {getattr(error, 'claim', None) or ''}".rstrip()


def app(metadata, client, secret=None, **more):
    kwargs = {"code_challenge_method": "S256", **more}
    return App(None, client_id=client, client_secret=secret, server_metadata_url=metadata, client_kwargs=kwargs)
