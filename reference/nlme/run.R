# Random intercept and slope model with any fixed effects, REML and ML, by nlme.
# Run: Rscript run.R > values.json   (Debian packages r-cran-nlme, r-cran-jsonlite)
# The tables are those written by ../lme4/random_slope.R.
suppressMessages({library(nlme); library(jsonlite)})
control <- lmeControl(tolerance = 1e-12, msTol = 1e-14, msMaxIter = 1000, maxIter = 1000, niterEM = 200)
tables <- fromJSON("../lme4/random_slope.json", simplifyVector = TRUE)
by_nlme <- function(name, method) {
  d <- as.data.frame(tables$data[[name]])
  call <- paste("y ~", paste(unlist(tables$designs[[name]]), collapse = " + "))
  f <- lme(as.formula(call), random = ~ t | id, data = d, method = method, control = control)
  v <- as.matrix(f$modelStruct$reStruct[[1]]) * f$sigma^2; s <- sqrt(diag(v)); r <- ranef(f)
  list(program = "nlme", version = as.character(packageVersion("nlme")), data = name, method = tolower(method),
       call = sprintf("lme(%s, random = ~ t | id, method = '%s')", call, method),
       fixed_effects = unname(fixef(f)), fixed_effect_errors = unname(sqrt(diag(vcov(f)))),
       summary_errors = unname(summary(f)$tTable[, "Std.Error"]),
       intercept_sd = s[[1]], slope_sd = s[[2]], correlation = v[1, 2] / prod(s), residual_sd = f$sigma,
       log_likelihood = as.numeric(logLik(f)),
       patient = rownames(r), predicted_intercept = r[, 1], predicted_slope = r[, 2])
}
fits <- list()
for (name in c("sleepstudy", "Orthodont", "sleepstudy_thinned", "ragged", "no_slope_spread")) for (method in c("REML", "ML"))
  fits[[length(fits) + 1]] <- by_nlme(name, method)
cat(toJSON(list(fits = fits), auto_unbox = TRUE, digits = 12))
