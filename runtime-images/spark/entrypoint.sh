#!/usr/bin/env bash
# Entry point of the Spark image.
#   driver            runs a Swirl driver
#   executor          runs a Spark executor, as Spark's Kubernetes backend starts it
#   anything else     is run as it is
set -euo pipefail

# Java's login needs a name for the user. The image has one for its own uid; a cluster may choose
# another uid, which then has to be named in a passwd file that this user can write.
ensure_user_name() {
  if getent passwd "$(id -u)" >/dev/null; then
    return
  fi
  local entry
  entry="swirl:x:$(id -u):$(id -g):Swirl:${HOME:-/tmp}:/usr/sbin/nologin"
  if [[ -w /etc/passwd ]]; then
    echo "$entry" >>/etc/passwd
    return
  fi
  local wrapper
  wrapper="$(find /usr/lib -name libnss_wrapper.so -print -quit 2>/dev/null || true)"
  if [[ -z "$wrapper" ]]; then
    echo "entrypoint: uid $(id -u) has no name in /etc/passwd and Java cannot do without:" \
      "run the pod as uid 10001, or install libnss-wrapper in the image" >&2
    exit 78
  fi
  NSS_WRAPPER_PASSWD="$(mktemp /tmp/passwd.XXXXXX)"
  NSS_WRAPPER_GROUP=/etc/group
  cat /etc/passwd >"$NSS_WRAPPER_PASSWD"
  echo "$entry" >>"$NSS_WRAPPER_PASSWD"
  export NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP LD_PRELOAD="$wrapper"
}

require() {
  local name
  for name in "$@"; do
    if [[ -z "${!name:-}" ]]; then
      echo "entrypoint: $name is not set; executors are started by Spark, not by hand" >&2
      exit 64
    fi
  done
}

run_executor() {
  require SPARK_HOME SPARK_DRIVER_URL SPARK_EXECUTOR_ID SPARK_EXECUTOR_CORES \
    SPARK_EXECUTOR_MEMORY SPARK_APPLICATION_ID SPARK_EXECUTOR_POD_IP \
    SPARK_RESOURCE_PROFILE_ID SPARK_EXECUTOR_POD_NAME

  # Spark hands JVM options over as SPARK_JAVA_OPT_0, SPARK_JAVA_OPT_1, …
  local options=() name index=0
  name="SPARK_JAVA_OPT_$index"
  while [[ -n "${!name+set}" ]]; do
    options+=("${!name}")
    index=$((index + 1))
    name="SPARK_JAVA_OPT_$index"
  done

  local java=java
  if [[ -n "${JAVA_HOME:-}" ]]; then
    java="$JAVA_HOME/bin/java"
  fi
  exec "$java" ${options[@]+"${options[@]}"} \
    "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
    -cp "${SPARK_CLASSPATH:+$SPARK_CLASSPATH:}$SPARK_HOME/jars/*" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" \
    --executor-id "$SPARK_EXECUTOR_ID" \
    --cores "$SPARK_EXECUTOR_CORES" \
    --app-id "$SPARK_APPLICATION_ID" \
    --hostname "$SPARK_EXECUTOR_POD_IP" \
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
    --podName "$SPARK_EXECUTOR_POD_NAME"
}

case "${1:-}" in
  driver)
    shift
    ensure_user_name
    exec python3 -m swirl.job "$@"
    ;;
  executor)
    ensure_user_name
    run_executor
    ;;
  "")
    echo "entrypoint: say what to run: driver, executor or a command" >&2
    exit 64
    ;;
  *)
    exec "$@"
    ;;
esac
