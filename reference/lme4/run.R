# Textbook random intercept and slope model by maximum likelihood: nlme and lme4.
# Run: Rscript run.R > values.json   (Debian packages r-cran-nlme, r-cran-lme4, r-cran-jsonlite)
# The data sets are public ones that ship with the two packages.
suppressMessages({library(nlme); library(lme4); library(jsonlite)})
ctrl <- lmeControl(tolerance = 1e-12, msTol = 1e-14, msMaxIter = 1000, maxIter = 1000, niterEM = 200)
by_nlme <- function(d, name) {
  f <- lme(y ~ t, random = ~ t | id, data = d, method = "ML", control = ctrl)
  v <- as.matrix(f$modelStruct$reStruct[[1]]) * f$sigma^2; s <- c(sqrt(diag(v)), f$sigma)
  list(program = "nlme", version = as.character(packageVersion("nlme")), data = name,
       call = "lme(y ~ t, random = ~ t | id, method = 'ML')",
       mean_level = fixef(f)[[1]], mean_slope = fixef(f)[[2]], sd_level = s[[1]], sd_slope = s[[2]],
       correlation = v[1, 2] / (s[[1]] * s[[2]]), residual_sd = s[[3]],
       log_likelihood = as.numeric(logLik(f)))
}
by_lme4 <- function(d, name) {
  f <- lmer(y ~ t + (1 + t | id), data = d, REML = FALSE,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6)))
  v <- VarCorr(f)$id; s <- attr(v, "stddev")
  list(program = "lme4", version = as.character(packageVersion("lme4")), data = name,
       call = "lmer(y ~ t + (1 + t | id), REML = FALSE)",
       mean_level = fixef(f)[[1]], mean_slope = fixef(f)[[2]], sd_level = s[[1]], sd_slope = s[[2]],
       correlation = attr(v, "correlation")[1, 2], residual_sd = sigma(f),
       log_likelihood = as.numeric(logLik(f)))
}
sleep <- with(lme4::sleepstudy, data.frame(id = as.character(Subject), t = Days, y = Reaction))
orth <- with(as.data.frame(nlme::Orthodont), data.frame(id = as.character(Subject), t = age - 8, y = distance))
# irregular visits, two of them dropped from every fourth subject
thin <- sleep[!(as.integer(factor(sleep$id)) %% 4 == 0 & sleep$t %in% c(3, 7)), ]
sets <- list(sleepstudy = sleep, Orthodont = orth, sleepstudy_thinned = thin)
out <- list(data = lapply(sets, function(d) as.list(d)), fits = list())
for (n in names(sets)) {
  out$fits[[length(out$fits) + 1]] <- by_nlme(sets[[n]], n)
  out$fits[[length(out$fits) + 1]] <- by_lme4(sets[[n]], n)
}
cat(toJSON(out, auto_unbox = TRUE, digits = 12))
