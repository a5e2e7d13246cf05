# Multiple imputation and Rubin's rules: R's mice.
# Run from the root: Rscript reference/mice/run.R > reference/mice/values.json
# (Debian packages r-cran-mice, r-cran-jsonlite)
suppressMessages({library(mice); library(jsonlite)}); options(warn = 1)
pooled <- function(q, u, dfcom) { p <- pool.scalar(q, u, n = dfcom + 1, k = 1)
  list(estimates = q, variances = u, complete_freedom = dfcom, estimate = p$qbar, within = p$ubar, between = p$b, total = p$t,
       df = p$df, fmi = p$fmi) }
set.seed(1)
rules <- list(pooled(c(1.2, 0.8, 1.9, 1.1, 0.4), c(0.31, 0.28, 0.35, 0.30, 0.33), 57),
              pooled(round(rnorm(20, -2, 0.4), 4), round(runif(20, 0.9, 1.1), 4), 297),
              pooled(round(rnorm(100, 0.5, 1.5), 4), round(runif(100, 0.2, 0.6), 4), 21))
# a trial that people leave one by one: each visit regressed on arm, baseline and the visits before (method "norm", no ridge)
n <- 120; arm <- rep(0:1, length.out = n); base <- round(rnorm(n, 38, 5), 1); slope <- rnorm(n, -1 + 0.4 * arm, 0.6)
y <- sapply(c(3, 6, 9, 12), function(m) round(slope * m + 0.05 * m * (base - 38) / 5 + rnorm(n, 0, 1.5), 1))
seen <- matrix(TRUE, n, 4); for (j in 2:4) seen[, j] <- seen[, j - 1] & runif(n) > plogis(-2.6 - 0.25 * y[, j - 1])
y[!seen] <- NA
d <- data.frame(arm, base, y1 = y[, 1], y2 = y[, 2], y3 = y[, 3], y4 = y[, 4])
M <- 2000
# only earlier visits predict later ones
where <- make.predictorMatrix(d); where[] <- 0
where[c("y1", "y2", "y3", "y4"), c("arm", "base")] <- 1
where["y2", "y1"] <- 1; where["y3", c("y1", "y2")] <- 1; where["y4", c("y1", "y2", "y3")] <- 1
m <- mice(d, m = M, method = "norm", maxit = 1, predictorMatrix = where, visitSequence = c("y2", "y3", "y4"), ridge = 0,
          printFlag = FALSE, seed = 2)
p <- pool(with(m, lm(y4 ~ arm + base)))$pooled; p <- p[p$term == "arm", ]
write(toJSON(list(mice = as.character(packageVersion("mice")), rules = rules,
  trial = list(arm = arm, baseline = base, outcome = y, imputations = M, estimate = p$estimate, within = p$ubar, between = p$b, df = p$df,
               fmi = p$fmi)), digits = 15, auto_unbox = TRUE, na = "null"), stdout())
