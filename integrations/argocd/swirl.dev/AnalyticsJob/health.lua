-- Ready says whether the job is as its spec asks: False only when somebody has to act, Unknown while
-- something is under way or waited for. Healthy says whether its output is right, which is what a
-- SwirlMonitor found: it goes into the message and decides nothing, since a resource that is
-- Degraded stops the sync that would mend it.
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

if ready.status == "True" and ready.reason == "Suspended" then
  health.status = "Suspended"
end

if healthy ~= nil and healthy.status == "False" then
  health.message = health.message .. " Its output is not right: " .. healthy.message
end

return health
