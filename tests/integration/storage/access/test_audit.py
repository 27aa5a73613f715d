"""What the audit holds: deletions and exports with who and what, and not each stroke of the page."""


async def read_audit(installation, **params) -> list[tuple[str, str]]:
    curator = await installation.curator("reader")
    entries = (await curator.get("/v1/audit", params=params)).json()["entries"]
    return [(entry["who"].split()[0], entry["action"]) for entry in entries]


async def store(caller, make) -> str:
    path = f"/v1/predictions/{make.id()}"
    assert (await caller.put(path, json=make.body())).status_code == 201
    return path


async def test_a_deletion_says_who_and_which(install, make):
    installation = await install()
    visitor, curator = await installation.visitor(), await installation.curator("ada")
    path = await store(visitor, make)
    await curator.delete(path)
    [entry] = (await curator.get("/v1/audit")).json()["entries"]
    assert (entry["who"], entry["action"]) == ("curator ada", "delete")
    assert entry["details"] == {"prediction": path.rpartition("/")[2]}


async def test_the_page_replacing_an_unfinished_drawing_is_not_noted(install, make):
    installation = await install()
    visitor = await installation.visitor()
    path = await store(visitor, make)
    assert (await visitor.delete(f"{path}?unlabelled_only=true")).status_code == 204
    assert (await visitor.get(path)).status_code == 404
    assert await read_audit(installation) == []


async def test_a_curator_does_not_get_around_the_audit_with_that(install, make):
    installation = await install()
    path = await store(await installation.visitor(), make)
    await (await installation.curator()).delete(f"{path}?unlabelled_only=true")
    assert await read_audit(installation) == [("curator", "delete")]


async def test_what_deletes_nothing_is_not_noted(install, make):
    installation = await install()
    stranger = await installation.visitor()
    path = await store(await installation.visitor(), make)
    await stranger.delete(path)
    await stranger.delete(f"/v1/predictions/{make.id()}")
    assert await read_audit(installation) == []


async def test_an_export_is_noted_before_it_begins(install):
    installation = await install()
    await (await installation.named("trainer", "curate")).get("/v1/labelled-drawings")
    assert await read_audit(installation) == [("token", "export")]


async def test_the_audit_is_read_in_pages(install, make):
    installation = await install()
    visitor, curator = await installation.visitor(), await installation.curator()
    for _ in range(5):
        await visitor.delete(await store(visitor, make))
    pages, before = [], None
    while True:
        params = {"limit": 2} if before is None else {"limit": 2, "before": before}
        page = (await curator.get("/v1/audit", params=params)).json()
        pages.append([entry["id"] for entry in page["entries"]])
        if (before := page["next_before"]) is None:
            break
    ids = [entry for page in pages for entry in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert ids == sorted(set(ids), reverse=True)
