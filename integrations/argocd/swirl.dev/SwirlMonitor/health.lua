-- A monitor is healthy while its analysis runs, also when what it watches is broken: the verdict goes
-- into the message and decides nothing, since a resource that is Degraded stops the very sync that
-- would mend the pipeline. Whom a verdict has to wake is told by notifications and alerts.
local health = {}
health.status = "Progressing"
health.message = "Waiting for the operator's first look"

if obj.status == nil or obj.status.conditions == nil then
  return health
end

if obj.status.observedGeneration ~= obj.metadata.generation then
  health.message = "Waiting for the operator to look at the changed spec"
  return health
end

local ready, healthy
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    ready = condition
  elseif condition.type == "Healthy" then
    healthy = condition
  end
end

if ready == nil then
  return health
end

health.message = ready.message
if ready.status == "True" then
  health.status = "Healthy"
elseif ready.status == "False" then
  health.status = "Degraded"
end

if healthy ~= nil and healthy.status == "False" then
  health.message = health.message .. " What it says of the pipeline: " .. healthy.message
end

return health
