import time
from office_http import http_office
async def test_smoke(tmp_path, temporal):
    t=time.perf_counter()
    def lap(w):
        nonlocal t; n=time.perf_counter(); print(w, round(n-t,2)); t=n
    async with http_office(tmp_path, temporal.address) as office:
        lap("start")
        print(await office.confirm_everything("market_regulation")); lap("confirm")
        case = await office.open_case(); lap("open")
        print(case.opened.json(), case.opened.headers)
        await case.to_objection_window(); lap("window")
        print((await case.see("/actions")).json()["items"][0]); lap("actions")
        await case.days_pass(30); lap("clock")
        print((await case.see()).json()["stage"])
        case2 = await office.open_case(); lap("open2")
        await case2.to_the_list(); lap("listed")
        print((await case2.see()).json())
