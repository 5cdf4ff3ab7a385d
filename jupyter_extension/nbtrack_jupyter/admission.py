"""Who may ask: Jupyter's identity provider and authorizer decide, before any body is read."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError, authenticated

from nbtrack.errors import Refused
from nbtrack.server.replies import RequestRefused, send_error

_OWN_SITE = {"same-origin", "none"}


class GuardedHandler(JupyterHandler):
    """A handler that lets nobody pass without Jupyter's consent, and answers errors as MLflow."""

    auth_resource = "nbtrack"
    # Whether a page for people is asked for.
    is_page = False

    async def admit(self, action: str) -> None:
        """Let the request pass, or raise; a person without credentials is led to the login page.

        Parameters
        ----------
        action : str
            ``"read"`` or ``"write"``: what Jupyter's authorizer is asked about.
        """
        await self._take_password_for_token()
        try:
            await super().prepare()
            if self.current_user is None and not self._finished:
                authenticated(_nothing)(self)  # leads to the login page, or raises
        except HTTPError as error:
            nobody = getattr(self, "_jupyter_current_user", self) is None
            if nobody and error.status_code == HTTPStatus.FORBIDDEN:
                raise unauthenticated() from None
            raise
        if self._finished:
            return
        if not self.token_authenticated:
            self._check_site()
        asked = self.authorizer.is_authorized(self, self.current_user, action, self.auth_resource)
        if not await ensure_async(asked):
            raise Refused(f"This user may not {action} {self.auth_resource} here.")

    async def _take_password_for_token(self) -> None:
        """Offer the password of basic authentication as the token, if it says nothing to Jupyter.

        MLflow's clients send MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD so. It is still
        the identity provider that says whether the token is right. What is sent on purpose counts
        more than a cookie, which these clients send back as browsers do.
        """
        kind, _, secret = self.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return
        provider = self.identity_provider
        user = await ensure_async(provider.get_user(self))
        if user is not None and self.get_cookie(provider.get_cookie_name(self)) is None:
            return
        try:
            password = base64.b64decode(secret, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return
        if password and password.isprintable():
            self.request.headers["Authorization"] = f"token {password}"

    def _check_site(self) -> None:
        """Refuse what another site's page makes a browser ask with this user's cookie."""
        if not self.check_origin():
            raise Refused("A page of another origin may not ask here.")
        # A configured origin passes above. Without the header, browsers say where a page is from.
        site = self.request.headers.get("Sec-Fetch-Site", "none").lower()
        if "Origin" not in self.request.headers and site not in _OWN_SITE and not self._is_link():
            raise Refused("A page of another site may not ask here.")

    def _is_link(self) -> bool:
        """Whether a link to a page was followed: any site may have one, and sees nothing of it."""
        mode, target = (self.request.headers.get(f"Sec-Fetch-{name}") for name in ("Mode", "Dest"))
        return self.is_page and (mode, target) == ("navigate", "document")

    def check_host(self) -> bool:
        """Refuse a foreign host name with a sentence."""
        if not super().check_host():
            self.current_user = self._jupyter_current_user = None
            raise Refused(
                "This host name is not Jupyter's. If it should be, the server needs "
                "c.ServerApp.local_hostnames or c.ServerApp.allow_remote_access."
            )
        return True

    def check_xsrf_cookie(self) -> None:
        """Tell who is not known that, rather than that a form's token is missing."""
        if getattr(self, "_jupyter_current_user", None) is not None:
            super().check_xsrf_cookie()

    def get_login_url(self) -> str:
        """Answer programs with 401 where Jupyter leads a browser to its login page."""
        if not self.is_page:
            raise unauthenticated()
        self.set_header("Connection", "close")  # tornado hangs up on an answer before the end
        return super().get_login_url()

    def set_default_headers(self) -> None:
        """Keep answers from the pages of others, and where one is from other sites."""
        super().set_default_headers()
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Referrer-Policy", "no-referrer")

    def set_cors_headers(self) -> None:
        """Open nothing to other origins but what Jupyter's configuration opens."""
        if self.allow_origin or self.allow_origin_pat:
            super().set_cors_headers()

    @property
    def content_security_policy(self) -> str:
        """Nothing of an answer may run or load anything."""
        return "sandbox; default-src 'none'; frame-ancestors 'none'"

    def compute_etag(self) -> None:
        """Answers are not kept, so they need no hash."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error in MLflow's form."""
        send_error(self, status_code, kwargs.get("exc_info", (None, None, None))[1])

    def log_exception(self, *exc_info: Any) -> None:
        """Log what no error answer can tell any more; `send_error` logs what it hides."""
        if self._headers_written:
            self.log.error("nbtrack: an answer broke off", exc_info=exc_info)


def _nothing(_handler: GuardedHandler) -> None:
    pass


def unauthenticated() -> RequestRefused:
    """Make the error for a request of nobody that Jupyter knows."""
    return RequestRefused(
        401,
        "Jupyter does not know who asks. Set MLFLOW_TRACKING_TOKEN to the token of the Jupyter "
        "server; `jupyter server list` prints it.",
        {"WWW-Authenticate": 'Bearer realm="Jupyter"'},
    )
