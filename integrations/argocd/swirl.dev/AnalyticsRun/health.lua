-- Ready answers for a run of either mode: True once a Batch run succeeded and while a stream runs,
-- False when it failed or was cancelled, Unknown before.
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

for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    health.message = condition.message
    if condition.status == "True" then
      health.status = "Healthy"
    elseif condition.status == "False" then
      health.status = "Degraded"
    end
  end
end

return health
