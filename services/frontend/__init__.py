"""The web page. It asks inference for predictions and storage to keep them; no other service calls two services.

Layers, each of which imports only those below it: `app`, `banners` and `views` (one folder per page), `elements`
(widgets that several pages use), `session` (what is remembered for a visitor), `connections`, and last `saving`,
`health_watch` and `snapshot`, whose threads talk to the services so that no page has to wait for them.
"""
