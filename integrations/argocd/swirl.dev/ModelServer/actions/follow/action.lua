if obj.spec.model.job == nil then
  error("spec.model.job is not set, so there is nothing to follow: change spec.model in Git")
end

obj.spec.model.run = nil
return obj
