# Slope difference with Satterthwaite's degrees of freedom: lme4 and lmerTest.
# Run from the root: Rscript reference/lmertest_slope/run.R > reference/lmertest_slope/values.json
# (Debian packages r-cran-lme4, r-cran-lmertest, r-cran-pbkrtest, r-cran-jsonlite)
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)}); options(warn = 1)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6), check.conv.grad = "ignore")
simulated <- function(seed, n, visits, difference) {
  set.seed(seed)
  arm <- rep(0:1, length.out = n); base <- round(rnorm(n, 38, 5)); site <- rnorm(n)
  rows <- do.call(rbind, lapply(seq_len(n), function(i) {
    u <- rnorm(2) %*% chol(matrix(c(25, 0.9, 0.9, 0.6), 2))
    t <- round(visits + c(0, runif(length(visits) - 1, -0.2, 0.2)), 3)
    t <- t[seq_len(max(1, rbinom(1, length(t), 0.85)))]
    data.frame(id = i, t = t, arm = arm[i], age = round(site[i], 3),
               y = round(38 + u[1] + (-1 + difference * arm[i] + u[2]) * t + rnorm(length(t), 0, 2), 3))
  }))
  rows
}
sets <- list(small = simulated(11, 24, c(0, 2, 4, 6), 0.3), middle = simulated(12, 80, c(0, 1, 2, 3, 6, 9, 12), 0.2),
             few_visits = simulated(13, 40, c(0, 3, 6), -0.4))
forms <- list(common = y ~ t + arm:t + (1 + t | id), "by-arm" = y ~ t + arm:t + arm + (1 + t | id),
              covariate = y ~ t + arm:t + age + (1 + t | id))
fits <- list()
for (name in names(sets)) for (form in names(forms)) for (method in c("reml", "ml")) {
  m <- lmerTest::lmer(forms[[form]], sets[[name]], REML = method == "reml", control = tight)
  row <- summary(m, ddf = "Satterthwaite")$coefficients["t:arm", ]; q <- qt(0.975, row[["df"]])
  v <- VarCorr(m)$id
  kr <- NULL
  if (method == "reml") {
    adjusted <- as.matrix(vcovAdj(m)); l <- as.numeric(names(fixef(m)) == "t:arm")
    kr <- list(standard_error = sqrt(drop(l %*% adjusted %*% l)), df = Lb_ddf(l, vcov(m), vcovAdj(m)))
  }
  fits[[length(fits) + 1]] <- list(kenward_roger = kr, data = name, form = form, method = method, estimate = row[["Estimate"]],
    standard_error = row[["Std. Error"]], df = row[["df"]], p_value = row[["Pr(>|t|)"]],
    low = row[["Estimate"]] - q * row[["Std. Error"]], high = row[["Estimate"]] + q * row[["Std. Error"]],
    log_likelihood = as.numeric(logLik(m)), control_slope = fixef(m)[["t"]], control_slope_error = sqrt(vcov(m)["t", "t"]),
    treated_slope_error = sqrt(sum(as.matrix(vcov(m))[c("t", "t:arm"), c("t", "t:arm")])),
    intercept_sd = attr(v, "stddev")[[1]], slope_sd = attr(v, "stddev")[[2]], residual_sd = sigma(m), singular = isSingular(m))
}
cat(toJSON(list(lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")),
                data = lapply(sets, as.list), fits = fits), auto_unbox = TRUE, digits = 12))
