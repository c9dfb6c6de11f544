local actions = {}

-- The version before is the one that the last change of the model replaced. Only a server that
-- follows a job can be held at another run of it beside what Git says.
local before
if obj.status ~= nil and obj.status.change ~= nil and obj.status.change.aspect == "Model" then
  before = obj.status.change.from
end

if obj.spec.model.job ~= nil and obj.spec.model.run ~= nil then
  actions["follow"] = {
    ["displayName"] = "Follow " .. obj.spec.model.job .. " again",
    ["iconClass"] = "fa fa-fw fa-forward"
  }
elseif obj.spec.model.job ~= nil and before ~= nil then
  actions["rollback"] = {
    ["displayName"] = "Hold at " .. before .. " (not in Git)",
    ["iconClass"] = "fa fa-fw fa-undo"
  }
end

return actions
