local actions = {}

-- A stream has one run at a time, so there is nothing to start beside it.
actions["run"] = {
  ["displayName"] = "Run now",
  ["iconClass"] = "fa fa-fw fa-play-circle",
  ["disabled"] = obj.spec.mode ~= "Batch"
}

if obj.spec.suspend == true then
  actions["resume"] = {["displayName"] = "Resume", ["iconClass"] = "fa fa-fw fa-play"}
else
  actions["suspend"] = {["displayName"] = "Suspend", ["iconClass"] = "fa fa-fw fa-pause"}
end

return actions
