local os = require("os")

-- Creates a run beside the job's own. It takes the job's spec at its first look: a copy made here
-- would turn empty maps into lists. Its name ends in the time in base 36, which fits behind the
-- longest name of a job and differs from second to second.
local digits = {
  "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g", "h",
  "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"
}
local suffix = ""
local rest = os.time()
while rest > 0 do
  local digit = rest % 36
  suffix = digits[digit + 1] .. suffix
  rest = (rest - digit) / 36
end

-- Not as its controller: the job would take the run for one of its own versions. Argo CD shows the
-- run under the job all the same, and it goes when the job goes.
local owner = {}
owner.apiVersion = obj.apiVersion
owner.kind = obj.kind
owner.name = obj.metadata.name
owner.uid = obj.metadata.uid

local run = {}
run.apiVersion = obj.apiVersion
run.kind = "AnalyticsRun"
run.metadata = {}
run.metadata.name = obj.metadata.name .. "-" .. suffix
run.metadata.namespace = obj.metadata.namespace
run.metadata.ownerReferences = {owner}
run.spec = {}
run.spec.job = obj.metadata.name

local impacted = {}
impacted.operation = "create"
impacted.resource = run
return {impacted}
