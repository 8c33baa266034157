"""Authlib's application, of no web framework: what a framework would keep in its session is given to it."""

import world
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session

    def session(self, **more):
        """A session that knows the server's endpoints."""
        known = {**self.load_server_metadata(), **self.client_kwargs, **more}
        return OAuth2Session(self.client_id, self.client_secret, **known)

    def begin(self, redirect_uri=world.PORTAL_URI, **more):
        """The address of a sign-in, and what has to be kept until its user is back."""
        endpoint = self.load_server_metadata()["authorization_endpoint"]
        return self._create_oauth2_authorization_url(self.session(), endpoint, redirect_uri=redirect_uri, **more)

    def redeem(self, asked, back, redirect_uri=world.PORTAL_URI, **other):
        kept = {"code_verifier": asked["code_verifier"], "redirect_uri": redirect_uri, "state": asked["state"], **other}
        return self.session().fetch_token(authorization_response=back, **kept)

    def sign_in(self, redirect_uri=world.PORTAL_URI):
        asked = self.begin(redirect_uri)
        return self.redeem(asked, world.approved(asked["url"])["url"], redirect_uri)


def app(client, secret=None, metadata=f"{world.ISSUER}/.well-known/openid-configuration", **more):
    kwargs = {"code_challenge_method": "S256", **more}
    return App(None, client_id=client, client_secret=secret, server_metadata_url=metadata, client_kwargs=kwargs)


def portal():
    return app(*world.PORTAL, scope="openid profile email offline_access orders.read")
