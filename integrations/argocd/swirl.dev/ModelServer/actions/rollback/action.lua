-- Beside `model.job`, which Git owns, stands `model.run`, which it does not mention: a sync leaves
-- it alone, and the server is held at that run until the action `follow`.
if obj.spec.model.job == nil then
  error("only a server with spec.model.job can be held at a run: change spec.model in Git")
end
if obj.status == nil or obj.status.change == nil or obj.status.change.aspect ~= "Model"
  or obj.status.change.from == nil then
  error("the status knows of no version before: name a run in spec.model.run")
end

obj.spec.model.run = obj.status.change.from
return obj
