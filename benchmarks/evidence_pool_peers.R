# 1,000 REML refits with Hartung–Knapp by metafor, timed; called by evidence_pool_speed.py.
# Run: Rscript evidence_pool_peers.R ROWS.csv ERRORS.csv REPETITIONS FITS.csv     prints one line of JSON
given <- commandArgs(TRUE); times <- as.integer(given[3])
if (!suppressPackageStartupMessages(require(metafor, quietly = TRUE))) quit(status = 3)
rows <- as.matrix(read.csv(given[1], header = FALSE)); vi <- read.csv(given[2], header = FALSE)[[1]]^2
take <- function(f) c(f$beta[1], f$se, f$tau2)
ways <- list(
  full = function(y) take(rma(y, vi, test = "knha")),
  minimal = function(y) take(rma(y, vi, test = "knha", outlist = "minimal")),
  tightened = function(y) take(rma(y, vi, test = "knha", outlist = "minimal", control = list(threshold = 1e-12, maxiter = 1e5))))
found <- list()
for (way in names(ways)) {
  wall <- cpu <- numeric(times)
  for (i in seq_len(times)) {
    spent <- system.time(fits <- t(apply(rows, 1, ways[[way]])), gcFirst = TRUE)
    wall[i] <- spent[["elapsed"]]; cpu[i] <- sum(spent[1:2])
  }
  found[[way]] <- sprintf('"seconds_%s": %.6g, "cpu_seconds_%s": %.6g', way, median(wall), way, median(cpu))
}
write.table(fits, given[4], sep = ",", row.names = FALSE, col.names = FALSE)
peak <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(sprintf('{%s, "memory_mib": %.4g}\n', paste(found, collapse = ", "), as.numeric(gsub("[^0-9]", "", peak)) / 1024))
