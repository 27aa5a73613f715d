"""The web page. It asks inference for predictions and storage to keep them; no other service calls two services.

Layers, each of which imports only those below it: `app`, `banners` and `views` (one folder per page), `elements`
(widgets that several pages use), `session` (what is remembered for a visitor, and who it is), `connections`, then
`saving`, `callers`, `sign_ins` and `browser_cookies`, and last clients, cookies and threads that know no page.
"""
