"""Runs a composite action as GitHub's runner does: each step's script by `bash --noprofile --norc -eo pipefail`, with
what its `env` says, and files for outputs and the summary. $1: the action; INPUTS: its inputs as JSON."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

path = pathlib.Path(sys.argv[1])
action = YAML(typ="safe").load(path.read_text())
given = json.loads(os.environ.pop("INPUTS"))
workspace = os.environ.pop("WORKSPACE")
assert set(given) <= set(action["inputs"]), "an input that there is not"
inputs = {name: given.get(name, about.get("default", "")) for name, about in action["inputs"].items()}
outputs = {}

with tempfile.TemporaryDirectory() as temp:
    def value(text):
        def look_up(match):
            words = match.group(1).split(".")
            if words[0] == "inputs":
                return inputs[words[1]]
            if words[0] == "steps" and words[2] == "outputs":
                return outputs.get(words[1], {}).get(words[3], "")
            return {"runner.temp": temp, "github.action_path": str(path.parent)}[match.group(1)]
        return re.sub(r"\$\{\{ *([a-z0-9._-]+) *\}\}", look_up, text)

    code, log = 0, ""
    summary = pathlib.Path(temp, "summary")
    summary.touch()
    for number, step in enumerate(action["runs"]["steps"]):
        assert "${{" not in step["run"], "an expression in a script is an injection"
        assert step["shell"] == "bash" and step["run"].startswith("set -euo pipefail\n")
        script, output = pathlib.Path(temp, f"{number}.sh"), pathlib.Path(temp, f"{number}.out")
        script.write_text(step["run"])
        output.touch()
        env = {**os.environ, **{name: value(text) for name, text in step.get("env", {}).items()}}
        env |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        ran = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], env=env, cwd=workspace,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        log += ran.stdout
        outputs[step["id"]] = dict(line.split("=", 1) for line in output.read_text().splitlines())
        code = ran.returncode
        if code != 0:
            break
    print(f"ended with {code}")
    for name, about in action["outputs"].items():
        text = value(about["value"])
        print(f"output {name}: {text.replace(temp, 'TEMP')}")
        if name == "junit" and text:
            print(f"junit begins with: {pathlib.Path(text).read_text()[:20]}")
    print(f"summary: {summary.read_text()}log: {log}")
