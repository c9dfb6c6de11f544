#!/bin/sh
# One Kafka node, broker and controller in one process, set up by environment variables:
#   KAFKA_ADVERTISED  host:port that clients are told to use (default localhost:9092)
#   KAFKA_DATA        folder of the log (default /var/lib/kafka)
#   KAFKA_HEAP        heap of the JVM (default 350m)
#   KAFKA_PROPERTIES  further lines of server.properties; they win over the ones below
set -eu

data=${KAFKA_DATA:-/var/lib/kafka}
properties=/tmp/server.properties

cat > "$properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://localhost:9093
advertised.listeners=PLAINTEXT://${KAFKA_ADVERTISED:-localhost:9092}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data/log
num.partitions=1
default.replication.factor=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
${KAFKA_PROPERTIES:-}
END

run() {
    exec java -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -XX:+PerfDisableSharedMem \
        -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp "/opt/kafka/libs/*" "$@"
}

if [ ! -e "$data/log/meta.properties" ]; then
    # Too short a program for the optimizing compiler to pay.
    (run -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --config "$properties" \
        --cluster-id "${KAFKA_CLUSTER_ID:-c3dpcmwta2Fma2EtbG9nMQ}")
fi
run -Xms128m "-Xmx${KAFKA_HEAP:-350m}" kafka.Kafka "$properties"
