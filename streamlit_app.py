"""The entry, for `streamlit run streamlit_app.py`, `uvicorn streamlit_app:app` and page tests alike."""

from __future__ import annotations

import streamlit as st

if __name__ == "__main__":  # a bare script: page tests, and hosts that do not know st.App; no sign-in routes here
    from i2g_recon.web.router import show

    show()
else:  # imported by a server, which finds `app = st.App(` by reading this file
    from i2g_recon.web.http import MAIN, lifespan, middleware, routes
    from i2g_recon.web.security import keep_session_secret, say_one_sentence

    app = st.App(MAIN, routes=routes, middleware=middleware, lifespan=lifespan, on_script_error=say_one_sentence)
    keep_session_secret()
