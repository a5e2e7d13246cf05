# Random intercept and slope model with any fixed effects, REML and ML, by lme4; singular fits too.
# Run: Rscript random_slope.R > random_slope.json   (Debian packages r-cran-lme4, -nlme, -numderiv, -jsonlite)
# sleepstudy and Orthodont ship with lme4 and nlme; the other tables are simulated here.
suppressMessages({library(lme4); library(numDeriv); library(jsonlite)})
sleep <- with(lme4::sleepstudy, data.frame(id = as.character(Subject), t = Days, y = Reaction))
orth <- with(as.data.frame(nlme::Orthodont),
             data.frame(id = as.character(Subject), t = age, y = distance, arm = as.integer(Sex == "Female")))
# irregular visits, two of them dropped from every fourth subject
thin <- sleep[!(as.integer(factor(sleep$id)) %% 4 == 0 & sleep$t %in% c(3, 7)), ]
simulated <- function(seed, n, sd0, sd1, rho) {
  set.seed(seed)
  plan <- c(0, 1, 2, 3, 6, 9, 12)
  d <- do.call(rbind, lapply(seq_len(n), function(i) {
    z <- rnorm(2); b <- c(sd0 * z[1], sd1 * (rho * z[1] + sqrt(1 - rho^2) * z[2]))
    t <- plan[seq_len(sample(length(plan), 1))]; t[-1] <- round(t[-1] + runif(length(t) - 1, -0.2, 0.2), 3)
    arm <- i %% 2
    data.frame(id = sprintf("S%02d", i), t = t, arm = arm,
               y = round(38 + b[1] + (-1 + b[2] + 0.25 * arm) * t + rnorm(length(t), 0, 2), 3))
  }))
  d
}
sets <- list(sleepstudy = sleep, Orthodont = orth, sleepstudy_thinned = thin,
             ragged = simulated(11, 60, 5.5, 0.8, 0.2),
             no_slope_spread = simulated(3, 40, 4, 0, 0),
             no_spread = simulated(8, 30, 0, 0, 0), slope_only = simulated(24, 30, 0, 0, 0),
             tied = simulated(8, 40, 3, 0.3, -1))
designs <- list(sleepstudy = "t", Orthodont = c("t", "arm", "arm:t"), sleepstudy_thinned = "t", ragged = c("t", "arm:t"),
                no_slope_spread = c("t", "arm:t"), no_spread = "t", slope_only = "t", tied = c("t", "arm:t"))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6),
                       check.conv.singular = "ignore", calc.derivs = FALSE)
by_lme4 <- function(name, reml, random) {
  d <- sets[[name]]
  call <- sprintf("y ~ %s + (%s | id)", paste(designs[[name]], collapse = " + "), random)
  f <- suppressMessages(suppressWarnings(lmer(as.formula(call), d, REML = reml, control = control)))
  v <- as.matrix(VarCorr(f)$id); s <- attr(VarCorr(f)$id, "stddev")
  out <- list(program = "lme4", version = as.character(packageVersion("lme4")), data = name,
       call = sprintf("lmer(%s, REML = %s)", call, reml), method = if (reml) "reml" else "ml",
       random_effects = if (random == "1") "intercept" else "slope",
       fixed_effects = unname(fixef(f)), fixed_effect_errors = unname(sqrt(diag(as.matrix(vcov(f))))),
       intercept_sd = s[[1]], residual_sd = sigma(f), log_likelihood = as.numeric(logLik(f)), singular = isSingular(f))
  if (random == "t") {
    out$slope_sd <- s[[2]]; out$covariance <- v[1, 2]
    if (!out$singular) out$correlation <- attr(VarCorr(f)$id, "correlation")[1, 2]
  }
  r <- ranef(f, condVar = TRUE)$id; pv <- attr(r, "postVar")
  out$patient <- rownames(r); out$predicted_intercept <- r[, 1]; out$predicted_intercept_sd <- sqrt(pv[1, 1, ])
  if (random == "t") { out$predicted_slope <- r[, 2]; out$predicted_slope_sd <- sqrt(pv[2, 2, ]) }
  out
}
# Second derivation of the standard errors of SDs, correlation and residual SD: the (restricted)
# likelihood from whole covariance matrices, differentiated by Richardson extrapolation (numDeriv).
dense <- function(p, d, X, reml) {
  D <- outer(p[1:2], p[1:2]) * matrix(c(1, p[3], p[3], 1), 2)
  rows <- split(seq_along(d$y), d$id); A <- 0; b <- 0; q <- 0; l <- 0
  for (i in rows) {
    V <- cbind(1, d$t[i]) %*% D %*% rbind(1, d$t[i]) + diag(p[4]^2, length(i)); R <- chol(V)
    x <- backsolve(R, X[i, , drop = FALSE], transpose = TRUE); y <- backsolve(R, d$y[i], transpose = TRUE)
    A <- A + crossprod(x); b <- b + crossprod(x, y); q <- q + sum(y^2); l <- l + 2 * sum(log(diag(R)))
  }
  rss <- q - sum(b * solve(A, b)); n <- length(d$y)
  if (reml) -0.5 * (l + as.numeric(determinant(A)$modulus) + rss + (n - ncol(X)) * log(2 * pi))
  else -0.5 * (l + rss + n * log(2 * pi))
}
with_errors <- function(f) {
  if (f$singular || f$random_effects != "slope") return(f)
  d <- sets[[f$data]]; X <- model.matrix(as.formula(paste("~", paste(designs[[f$data]], collapse = " + "))), d)
  p <- c(f$intercept_sd, f$slope_sd, f$correlation, f$residual_sd)
  scale <- abs(p)
  H <- hessian(function(u) dense(u * scale, d, X, f$method == "reml"), p / scale)
  f$variance_errors <- sqrt(diag(solve(-H))) * scale
  f$dense_log_likelihood <- dense(p, d, X, f$method == "reml")
  f
}
fits <- list()
for (name in names(sets)) for (reml in c(TRUE, FALSE)) fits[[length(fits) + 1]] <- with_errors(by_lme4(name, reml, "t"))
for (name in c("sleepstudy", "Orthodont", "ragged", "no_spread")) for (reml in c(TRUE, FALSE))
  fits[[length(fits) + 1]] <- by_lme4(name, reml, "1")
cat(toJSON(list(data = lapply(sets, as.list), designs = lapply(designs, as.list), fits = fits), auto_unbox = TRUE, digits = 12))
