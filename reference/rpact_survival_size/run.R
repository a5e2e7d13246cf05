# Events and people for a log-rank test: rpact (Schoenfeld).
# Run from the root: Rscript reference/rpact_survival_size/run.R > reference/rpact_survival_size/values.json
# (Debian packages r-cran-rpact, r-cran-jsonlite)
suppressMessages({library(rpact); library(jsonlite)}); setLogLevel("DISABLED")
grid <- list(
  list("exponential, 1:1", 40, 1, 0.7, 1, 0, 12, 12, 0.9, 0.025),
  list("exponential, leaving", 40, 1, 0.7, 1, 0.00878, 12, 12, 0.9, 0.025),
  list("exponential, 2:1", 60, 1, 0.56, 2, 0.00878, 24, 12, 0.8, 0.025),
  list("weibull 2.03", 25, 2.03, 0.7, 1, 0, 12, 18, 0.9, 0.025),
  list("weibull 2.03, 3:1", 25, 2.03, 0.8, 3, 0, 24, 6, 0.8, 0.025),
  list("exponential, alpha 0.05", 30, 1, 0.5, 1, 0.02, 6, 12, 0.8, 0.05))
cases <- lapply(grid, function(g) {
  names(g) <- c("name", "scale", "shape", "hazard_ratio", "allocation", "dropout", "enrolment", "follow_up", "power", "alpha")
  d <- getDesignGroupSequential(kMax = 1, alpha = g$alpha, beta = 1 - g$power, sided = 1)
  leave <- 1 - exp(-12 * g$dropout)
  s <- getSampleSizeSurvival(d, lambda2 = 1 / g$scale, hazardRatio = g$hazard_ratio, kappa = g$shape,
    allocationRatioPlanned = g$allocation, dropoutRate1 = leave, dropoutRate2 = leave, dropoutTime = 12,
    accrualTime = c(0, g$enrolment), followUpTime = g$follow_up, typeOfComputation = "Schoenfeld")
  c(g, list(events = as.numeric(s$eventsFixed), people = as.numeric(s$nFixed)))
})
cat(toJSON(list(program = "rpact", version = as.character(packageVersion("rpact")), call = "getSampleSizeSurvival", cases = cases),
  auto_unbox = TRUE, digits = 12, pretty = TRUE), "\n")
