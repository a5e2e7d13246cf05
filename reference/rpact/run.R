# Group-sequential bounds, what they cost, and the inference at an interim look: rpact.
# Run from the root: Rscript reference/rpact/run.R > reference/rpact/values.json
# (Debian packages r-cran-rpact, r-cran-jsonlite)
suppressMessages({library(rpact); library(jsonlite)}); setLogLevel("DISABLED")
plain <- function(x) unname(as.numeric(x))
looks <- list(equal2 = (1:2) / 2, equal3 = (1:3) / 3, equal4 = (1:4) / 4, equal5 = (1:5) / 5,
              uneven3 = c(0.2, 0.7, 1), uneven4 = c(0.3, 0.35, 0.9, 1), late2 = c(0.9, 1), early3 = c(0.1, 0.5, 1))
types <- list(list("classical-of", "OF", NA), list("classical-pocock", "P", NA), list("obrien-fleming", "asOF", NA),
              list("pocock", "asP", NA), list("kim-demets:1", "asKD", 1), list("kim-demets:3", "asKD", 3),
              list("hwang:-4", "asHSD", -4), list("hwang:1.5", "asHSD", 1.5))
sided <- list(list(1, 0.025), list(2, 0.05), list(1, 0.05))
make <- function(t, type, gamma, sides, alpha, beta = 0.1, ...) {
  arguments <- list(informationRates = t, alpha = alpha, beta = beta, sided = sides, typeOfDesign = type, tolerance = 1e-10, ...)
  if (!is.na(gamma)) arguments$gammaA <- gamma
  suppressWarnings(do.call(getDesignGroupSequential, arguments))
}
describe <- function(d, name, t, sides, alpha, beta, extra = list()) {
  ch <- suppressWarnings(getDesignCharacteristics(d))
  c(list(spending = name, information = t, sides = sides, alpha = alpha, beta = beta, efficacy = plain(d$criticalValues),
         nominal_p = sides * plain(d$stageLevels), spent = plain(d$alphaSpent), drift = sqrt(plain(ch$shift)),
         inflation = plain(ch$inflationFactor),
         expected = c(plain(ch$averageSampleNumber0), plain(ch$averageSampleNumber01), plain(ch$averageSampleNumber1)),
         stop_planned = plain(ch$rejectionProbabilities)), extra)
}
bounds <- list()
for (s in sided) for (k in names(looks)) for (ty in types) {
  d <- make(looks[[k]], ty[[2]], ty[[3]], s[[1]], s[[2]])
  bounds[[length(bounds) + 1]] <- describe(d, ty[[1]], looks[[k]], s[[1]], s[[2]], 0.1)
}
futile <- list()
betas <- list(list("obrien-fleming", "bsOF", NA), list("pocock", "bsP", NA), list("kim-demets:2", "bsKD", 2), list("hwang:-3", "bsHSD", -3))
for (binding in c(FALSE, TRUE)) for (k in c("equal2", "equal3", "equal5", "uneven3")) for (ty in types[c(3, 4, 6, 7)]) for (bt in betas) for (beta in c(0.1, 0.2)) {
  arguments <- list(looks[[k]], ty[[2]], ty[[3]], 1, 0.025, beta, typeBetaSpending = bt[[2]], bindingFutility = binding)
  if (!is.na(bt[[3]])) arguments$gammaB <- bt[[3]]
  d <- tryCatch(do.call(make, arguments), error = function(e) NULL)
  if (is.null(d)) next
  futile[[length(futile) + 1]] <- describe(d, ty[[1]], looks[[k]], 1, 0.025, beta, list(futility_spending = bt[[1]], binding = binding,
    futility = I(plain(d$futilityBounds)), beta_spent = plain(d$betaSpent)))
}
# interim inference: log-rank z at cumulative events, so that drift and hazard ratio are one another's
events <- list(c(60, 120, 200), c(40, 140, 200)); interim <- list()
for (sides in 1:2) for (ev in events) for (zs in list(c(1.2, 2.1, 2.2), c(0.4, 2.9, 3.1), c(3.9, 4.0, 4.1), c(-0.5, 0.7, 1.4))) {
  d <- make(ev / 200, "asOF", NA, sides, 0.025 * sides)
  data <- getDataset(cumulativeEvents = ev, cumulativeLogRanks = zs, cumulativeAllocationRatios = rep(1, 3))
  for (stage in 1:3) {
    res <- suppressWarnings(getStageResults(d, dataInput = data, stage = stage))
    entry <- list(sides = sides, events = ev, z = zs, stage = stage)
    rci <- suppressWarnings(getRepeatedConfidenceIntervals(d, data, stage = stage))
    entry$repeated <- plain(log(rci[, stage]))
    fin <- tryCatch(suppressWarnings(getFinalConfidenceInterval(d, data, stage = stage)), error = function(e) NULL)
    if (!is.null(fin) && !is.null(fin$finalStage) && !is.na(fin$finalStage) && fin$finalStage == stage) {
      entry$final <- list(interval = plain(fin$finalConfidenceInterval), estimate = plain(fin$medianUnbiased),
                          p = plain(suppressWarnings(getFinalPValue(res))$pFinal))
      # the intervals are hazard ratios
      entry$final$interval <- log(entry$final$interval); entry$final$estimate <- log(entry$final$estimate)
    }
    if (stage < 3) {
      cp <- suppressWarnings(getConditionalPower(res, nPlanned = diff(ev)[stage:2], thetaH1 = 1.5))
      entry$conditional_power <- list(hazard_ratio = 1.5, power = plain(cp$conditionalPower))
    }
    interim[[length(interim) + 1]] <- entry
  }
}
cat(toJSON(list(program = "rpact", version = as.character(packageVersion("rpact")), bounds = bounds, futility = futile, interim = interim),
           auto_unbox = TRUE, digits = 12, pretty = FALSE, na = "null"))
