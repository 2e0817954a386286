"""The same batch inside Apache Spark: parts cut exactly, the kernel shipped with the job, one folder when whole."""
