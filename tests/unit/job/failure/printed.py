"""What Spark 4.2 prints of errors, as it was seen; stacks are shortened."""

from __future__ import annotations

CORRUPT_FILE = """An error occurred while calling o45.count.
: org.apache.spark.SparkException: [FAILED_READ_FILE.NO_HINT] Encountered error while reading file \
file:///data/x-corrupt/part-0.parquet.  SQLSTATE: KD001
\tat org.apache.spark.sql.errors.QueryExecutionErrors$.cannotReadFilesError(Errors.scala:863)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.RuntimeException: corrupted file: the footer index is not within the file: 64
\tat org.apache.parquet.hadoop.ParquetFileReader.readFooter(ParquetFileReader.java:618)
\t... 21 more
"""

NO_RIGHTS_TO_WRITE = """An error occurred while calling o1446.parquet.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 6.0 failed 4 \
times, most recent failure: Lost task 0.3 in stage 6.0 (TID 6) (10.0.0.7 executor 2): \
java.io.IOException: Mkdirs failed to create file:/proc/x-no/_temporary
\tat org.apache.hadoop.fs.ChecksumFileSystem.create(ChecksumFileSystem.java:502)
\tat java.base/java.lang.Thread.run(Thread.java:840)

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.$anonfun$abortStage$2(DAGScheduler.scala:3124)
Caused by: java.io.IOException: Mkdirs failed to create file:/proc/x-no/_temporary
\tat org.apache.hadoop.fs.ChecksumFileSystem.create(ChecksumFileSystem.java:502)
\t... 1 more
"""

EXECUTOR_LOST = """An error occurred while calling o61.collect.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 \
times, most recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.0.7 executor 4): \
ExecutorLostFailure (executor 4 exited caused by one of the running tasks) Reason: \

The executor with id 4 exited with exit code 137(SIGKILL, possible container OOM).



The API gave the following container statuses:


\t container name: spark-kubernetes-executor
\t container image: swirl/ads:dev
\t container state: terminated
\t container started at: 2026-11-28T10:00:00Z
\t container finished at: 2026-11-28T10:00:09Z
\t exit code: 137
\t termination reason: OOMKilled

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.$anonfun$abortStage$2(DAGScheduler.scala:3124)
"""

SETTINGS_REFUSED = """An error occurred while calling \
None.org.apache.spark.api.java.JavaSparkContext.
: org.apache.spark.SparkException: [INVALID_SPARK_CONFIG.INVALID_EXECUTOR_MEMORY_OPTIONS] Invalid \
Spark config: spark.executor.extraJavaOptions is not allowed to specify max heap memory settings \
(was '-Xmx2g'). Use spark.executor.memory instead. SQLSTATE: 42616
\tat org.apache.spark.SparkConf.validateSettings(SparkConf.scala:600)
\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:417)
\tat org.apache.spark.api.java.JavaSparkContext.<init>(JavaSparkContext.scala:59)
"""

HEAP_TOO_SMALL = """An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.
: org.apache.spark.SparkIllegalArgumentException: [INVALID_DRIVER_MEMORY] System memory 268435456 \
must be at least 471859200.
Please increase heap size using the --driver-memory option or "spark.driver.memory" in Spark \
configuration. SQLSTATE: F0000
\tat org.apache.spark.memory.UnifiedMemoryManager$.getMaxMemory(UnifiedMemoryManager.scala:411)
\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:597)
"""

FORBIDDEN = """An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.
: org.apache.spark.SparkException: External scheduler cannot be instantiated
\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:600)
\tat org.apache.spark.api.java.JavaSparkContext.<init>(JavaSparkContext.scala:59)
Caused by: java.lang.reflect.InvocationTargetException
\tat org.apache.spark.SparkContext$.createTaskScheduler(SparkContext.scala:3390)
\t... 15 more
Caused by: io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: \
https://kubernetes.default.svc/api/v1/namespaces/ads/pods/x-no-rights-1. Message: pods \
"x-no-rights-1" is forbidden: User "system:serviceaccount:ads:default" cannot get resource "pods" \
in API group "" in the namespace "ads". Received status: Status(apiVersion=v1, code=403).
\tat io.fabric8.kubernetes.client.KubernetesClientException.copyAsCause(Client.java:238)
\t... 23 more
Caused by: io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: \
https://kubernetes.default.svc/api/v1/namespaces/ads/pods/x-no-rights-1. Message: pods \
"x-no-rights-1" is forbidden: User "system:serviceaccount:ads:default" cannot get resource "pods" \
in API group "" in the namespace "ads". Received status: Status(apiVersion=v1, code=403).
\tat io.fabric8.kubernetes.client.dsl.internal.OperationSupport.requestFailure(Support.java:642)
\t... 1 more
"""

STREAM_IN_A_WORKER = """org.apache.spark.sql.streaming.StreamingQueryException: [STREAM_FAILED] \
Query [id = 98, runId = ba] terminated with exception: [PYTHON_EXCEPTION] An exception was thrown \
from the Python worker: Traceback (most recent call last):
  File "/app/ads/pump.py", line 26, in clean
    raise ValueError("no text\\nin it")
ValueError: no text
in it
 SQLSTATE: 38000 SQLSTATE: XXKST
=== Streaming Query ===
Identifier: [id = 98, runId = ba]
Current State: ACTIVE
\tat org.apache.spark.sql.execution.streaming.StreamExecution.runStream(StreamExecution.scala:390)
Caused by: org.apache.spark.api.python.PythonException: [PYTHON_EXCEPTION] An exception was thrown \
from the Python worker: Traceback (most recent call last):
  File "/app/ads/pump.py", line 26, in clean
    raise ValueError("no text\\nin it")
ValueError: no text
in it
 SQLSTATE: 38000
\tat org.apache.spark.api.python.BasePythonRunner.compute(PythonRunner.scala:10)
"""

SPARK_IN_A_BATCH = """org.apache.spark.sql.streaming.StreamingQueryException: [STREAM_FAILED] \
Query [id = a2, runId = d7] terminated with exception: [FOREACH_BATCH_USER_FUNCTION_ERROR] An \
error occurred in the user provided function in foreach batch sink. Reason: An exception was \
raised by the Python Proxy. Return Message: Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/py4j/clientserver.py", line 644, in _call_proxy
    return_value = getattr(self.pool[obj_id], method)(*params)
  File "/app/ads/pump.py", line 31, in batch
    frame.write.parquet(target)
  File "/usr/lib/python3.11/site-packages/py4j/protocol.py", line 327, in get_return_value
    raise Py4JJavaError(
py4j.protocol.Py4JJavaError: An error occurred while calling o88.parquet.
: java.net.ConnectException: Call From a/10.0.0.7 to hdfs:8020 failed: Connection refused
\tat org.apache.hadoop.net.NetUtils.wrapWithMessage(NetUtils.java:948)
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 30 more

=== Streaming Query ===
Identifier: [id = a2, runId = d7]
"""
