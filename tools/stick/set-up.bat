@echo off
rem Set up the course from this folder, without a network: set-up.bat [FOLDER]
setlocal
pushd "%~dp0"
for %%v in ({pythons}) do (
    py -%%v -c "import ensurepip, venv" >nul 2>nul && (
        py -%%v set_up.py %*
        goto end
    )
)
for %%p in (py python) do (
    %%p -c "pass" >nul 2>nul && (
        %%p set_up.py %*
        goto end
    )
)
echo Set-up stopped: Python was not found. Install one of these first: {pythons}.
:end
popd
pause
