# Time-to-event and pairwise comparisons of two arms: R's survival package, base R's outer() and lm().
# Run from the root: Rscript reference/survival_endpoints/run.R > reference/survival_endpoints/values.json
# (Debian packages r-cran-survival, r-cran-jsonlite)
suppressMessages({library(survival); library(jsonlite)}); options(warn = 1)
simulated <- function(seed, n, grid) {           # simulated people; months on a grid so that many tie
  set.seed(seed)
  arm <- rep(0:1, length.out = n); stratum <- sample(1:3, n, TRUE); age <- round(rnorm(n, 60, 10)); base <- round(rnorm(n, 38, 5))
  t <- rweibull(n, 1.3, 20 * exp(0.25 * arm - 0.02 * (age - 60) + 0.2 * (stratum == 2))); cens <- pmin(rexp(n, 1 / 60), 18)
  data.frame(month = pmax(grid, ceiling(pmin(t, cens) / grid) * grid), died = as.integer(t <= cens), arm, stratum, age, base,
             change = round(-0.9 * pmin(t, cens) + 2 * arm + rnorm(n, 0, 4)))
}
sets <- list(ties = simulated(1, 160, 1), fine = simulated(2, 120, 0.001), few = simulated(3, 44, 2))
public <- function(d) transform(d, stratum = 1, base = 0, change = 0)
sets$veteran <- public(with(veteran, data.frame(month = time, died = status, arm = trt - 1, age)))
sets$lung <- public(with(lung, data.frame(month = time, died = status - 1, arm = sex - 1, age)))
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100)
fit <- function(f, d) coxph(f, d, ties = "efron", control = tight)
cox <- function(m, d, form) list(log_hazard_ratios = I(unname(coef(m))), standard_errors = I(unname(sqrt(diag(vcov(m))))), log_likelihood = m$loglik[2], log_likelihood_without = m$loglik[1])
profile <- function(d) {
  m <- fit(Surv(month, died) ~ arm + age, d); b <- coef(m)[[1]]; s <- sqrt(vcov(m)[1, 1])
  f <- function(x) { d$held <- x * d$arm; fit(Surv(month, died) ~ age + offset(held), d)$loglik[2] - m$loglik[2] + qchisq(0.95, 1) / 2 }
  c(uniroot(f, c(b - 4 * s, b), tol = 1e-11)$root, uniroot(f, c(b, b + 4 * s), tol = 1e-11)$root)
}
curve <- function(d) { s <- survfit(Surv(month, died) ~ 1, d, conf.type = "log-log"); e <- s$n.event > 0
  list(month = s$time[e], at_risk = s$n.risk[e], deaths = s$n.event[e], survival = s$surv[e], standard_error = (s$surv * s$std.err)[e],
       low = s$lower[e], high = s$upper[e]) }
mean_to <- function(d, tau) { x <- summary(survfit(Surv(month, died) ~ 1, d), rmean = tau)$table; unname(x[c("rmean", "se(rmean)")]) }
at <- function(d, t) { x <- summary(survfit(Surv(month, died) ~ 1, d), times = t); c(x$surv, x$std.err) }
pairs <- function(d) {
  better <- function(a, b) {                      # a rows did better than b columns
    ma <- a$month; mb <- b$month
    both <- outer(a$died, b$died) == 1
    s <- (both & outer(ma, mb, ">")) | (outer(1 - a$died, b$died) == 1 & outer(ma, mb, ">="))
    w <- (both & outer(ma, mb, "<")) | (outer(a$died, 1 - b$died) == 1 & outer(ma, mb, "<="))
    list(s = s, open = !s & !w, w = w)
  }
  t <- d[d$arm == 1, ]; c <- d[d$arm == 0, ]; x <- better(t, c); dl <- outer(t$change, c$change, "-")
  W <- x$s | (x$open & dl > 0); L <- x$w | (x$open & dl < 0); pw <- mean(W); pl <- mean(L)
  g1 <- rowMeans(W); h1 <- rowMeans(L); g0 <- colMeans(W); h0 <- colMeans(L); m <- nrow(t); n <- nrow(c)
  lr <- sqrt(sum(((g1 - pw) / pw - (h1 - pl) / pl)^2) / m^2 + sum(((g0 - pw) / pw - (h0 - pl) / pl)^2) / n^2)
  nb <- sqrt(sum((g1 - pw - h1 + pl)^2) / m^2 + sum((g0 - pw - h0 + pl)^2) / n^2)
  # win odds: Brunner and Munzel's variance of the relative effect, from ranks
  p1 <- g1 + (1 - g1 - h1) / 2; p0 <- g0 + (1 - g0 - h0) / 2; p <- mean(p1); wo <- sqrt(var(p1) / m + var(p0) / n) / (p * (1 - p))
  y <- better(d, d); da <- outer(d$change, d$change, "-"); U <- rowSums((y$s | (y$open & da > 0)) - (y$w | (y$open & da < 0)))
  N <- nrow(d); Tt <- sum(U[d$arm == 1]); V <- m * n / (N * (N - 1)) * sum(U^2); r <- rank(U)
  a <- summary(lm(r ~ arm + base + age, d))$coefficients["arm", ]; b <- summary(lm(r ~ arm, d))$coefficients["arm", ]
  list(wins = c(sum(x$s), sum(x$open & dl > 0)), losses = c(sum(x$w), sum(x$open & dl < 0)), ties = sum(!W & !L),
       win_ratio = c(pw / pl, lr), net_benefit = c(pw - pl, nb), win_odds = c(p / (1 - p), wo), score = U, rank = r,
       statistic = Tt, variance = V, p = 2 * pnorm(-abs(Tt / sqrt(V))), ancova = unname(a), plain = unname(b))
}
one <- function(name) {
  d <- sets[[name]]; tau <- unname(floor(min(tapply(d$month, d$arm, max)) * 0.8)); a <- d[d$arm == 1, ]; b <- d[d$arm == 0, ]
  lr <- survdiff(Surv(month, died) ~ arm, d)
  out <- list(month = d$month, died = d$died, arm = d$arm, stratum = d$stratum, age = d$age, base = d$base, change = d$change,
    curve = curve(a), restriction = tau, mean = list(treated = mean_to(a, tau), controls = mean_to(b, tau)), share = list(treated = at(a, tau / 2), controls = at(b, tau / 2)),
    log_rank = list(chi_square = lr$chisq, observed = lr$obs[2], expected = lr$exp[2], variance = lr$var[2, 2]),
    cox = cox(fit(Surv(month, died) ~ arm, d)), cox_age = cox(fit(Surv(month, died) ~ arm + age, d)), profile = profile(d))
  if (max(d$stratum) > 1) {
    ls <- survdiff(Surv(month, died) ~ arm + strata(stratum), d)
    out$log_rank_strata <- list(chi_square = ls$chisq, observed = sum(ls$obs[2, ]), expected = sum(ls$exp[2, ]), variance = ls$var[2, 2])
    out$cox_strata <- cox(fit(Surv(month, died) ~ arm + age + strata(stratum), d))
  }
  if (name %in% c("ties", "fine", "few")) out$pairs <- pairs(d)
  out
}
fisher <- lapply(list(c(9, 20, 3, 22), c(56, 70, 48, 80), c(0, 10, 4, 10), c(5, 5, 0, 6)), function(x)
  list(counts = x, p = fisher.test(matrix(c(x[1], x[2] - x[1], x[3], x[4] - x[3]), 2))$p.value,
       wilson = c(suppressWarnings(prop.test(x[1], x[2], correct = FALSE))$conf.int, suppressWarnings(prop.test(x[3], x[4], correct = FALSE))$conf.int)))
cat(toJSON(list(program = "R survival", version = as.character(packageVersion("survival")), sets = sapply(names(sets), one, simplify = FALSE), responders = fisher),
           auto_unbox = TRUE, digits = 14))
