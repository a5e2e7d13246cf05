# What R needs for pairs, joint ranks, log-rank tests, slopes and bounds; called by the benchmarks of the trial door.
# Rscript trial_peers.R wins TABLE.csv REPETITIONS | ranks TRIALS | bounds REPETITIONS | logrank TRIALS | slope TRIALS   prints one line of JSON
given <- commandArgs(TRUE); what <- given[1]
json <- function(...) cat(sub(",}$", "}", paste0("{", paste0(sprintf('"%s": %.12g,', names(c(...)), c(...)), collapse = " "), "}")), "\n")
seconds <- function(f, times) median(sapply(seq_len(times), function(i) sum(system.time(f(), gcFirst = TRUE)[1:2])))  # processor time
if (what == "wins") {
  d <- read.csv(given[2]); t <- d[d$arm == 1, ]; c <- d[d$arm == 0, ]; block <- 500
  outer_pairs <- function() {                      # blocks of outer(), with the sums the standard error needs
    wi <- li <- numeric(nrow(t)); wj <- lj <- numeric(nrow(c))
    for (s in seq(1, nrow(t), block)) { k <- s:min(s + block - 1, nrow(t)); a <- t[k, ]
      win <- outer(a$month, c$month, ">") & rep(c$died == 1, each = length(k)); los <- outer(a$month, c$month, "<") & (a$died == 1)
      open <- !(win | los); dl <- outer(a$change, c$change, "-"); win <- win | (open & dl > 0); los <- los | (open & dl < 0)
      wi[k] <- rowSums(win); li[k] <- rowSums(los); wj <- wj + colSums(win); lj <- lj + colSums(los) }
    m <- nrow(t); n <- nrow(c); W <- sum(wi); L <- sum(li); pw <- W / m / n; pl <- L / m / n
    g <- (wi / n - pw) / pw - (li / n - pl) / pl; h <- (wj / m - pw) / pw - (lj / m - pl) / pl
    base::c(wins = W, losses = L, win_ratio = W / L, error = sqrt(sum(g^2) / m^2 + sum(h^2) / n^2))
  }
  found <- outer_pairs(); peak <- as.numeric(gsub("[^0-9]", "", grep("^VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
  json(base::c(found, seconds = seconds(outer_pairs, as.integer(given[3])), memory_mib = peak))
}
if (what %in% c("ranks", "logrank", "slope")) {             # simulate 300 people, visits 0 2 4 6 9 12, and analyse
  suppressPackageStartupMessages(library(survival))
  visits <- c(0, 2, 4, 6, 9, 12); n <- 300; arm <- rep(0:1, length.out = n); grid <- seq(0, 12.05, length.out = 25)
  mid <- (grid[-1] + grid[-25]) / 2; step <- diff((grid / 166.5)^1.2)
  simulate <- function() {
    z <- matrix(rnorm(2 * n), n); b0 <- 38 + 5.5 * z[, 1]; sl <- -1 + 0.8 * (0.2 * z[, 1] + sqrt(0.96) * z[, 2]) + 0.25 * arm
    H <- t(apply(exp(-0.1 * (outer(sl, mid) + (b0 - 38))) * rep(step, each = n), 1, cumsum)); e <- rexp(n); k <- rowSums(H < e) + 1
    td <- ifelse(k > 24, Inf, grid[pmin(k + 1, 25)]); tc <- pmin(rexp(n, -log(.85) / 18), 12.05)
    y <- b0 + outer(sl, visits) + matrix(rnorm(n * 6, 0, 2), n); time <- pmin(td, tc)
    y[outer(time, visits, "<=") & rep(visits > 0, each = n)] <- NA
    list(y = y, time = time, event = td <= tc)
  }
  ranks <- function(s) {
    ch <- s$y - s$y[, 1]; nv <- rowSums(!is.na(s$y)); k <- outer(nv, nv, pmin); ci <- matrix(ch[cbind(rep(1:n, n), c(k))], n)
    dl <- ci - t(ci); lose <- outer(s$time, s$time, "<") & s$event; win <- t(lose)
    sc <- ifelse(lose, -1, ifelse(win, 1, sign(dl))); diag(sc) <- 0; u <- rowSums(sc)
    sum(u[arm == 1]) / sqrt(sum(u^2) * 150 * 150 / (n * (n - 1)))
  }
  if (what == "slope" && !suppressPackageStartupMessages(require(lme4, quietly = TRUE))) quit(status = 3)
  slope <- function(s) {                           # the model of slopewise's slope difference, by REML; no degrees of freedom
    d <- data.frame(y = c(s$y), id = rep(1:n, 6), t = rep(visits, each = n), arm = rep(arm, 6)); d <- d[!is.na(d$y), ]
    fixef(lmer(y ~ t + t:arm + (1 + t | id), d))[[3]]
  }
  analyse <- if (what == "ranks") ranks else if (what == "slope") slope else function(s) sqrt(survdiff(Surv(s$time, s$event) ~ arm)$chisq)
  set.seed(7); many <- as.integer(given[2]); analyse(simulate())
  json(base::c(trials_per_second = many / sum(system.time(for (i in seq_len(many)) analyse(simulate()))[1:2])))
}
if (what == "bounds") {
  if (!suppressPackageStartupMessages(require(rpact, quietly = TRUE))) quit(status = 3)
  setLogLevel("DISABLED"); times <- as.integer(given[2]); out <- base::c()
  for (type in c("OF", "P", "asOF", "asP")) for (K in 2:5) {
    f <- function() getDesignGroupSequential(kMax = K, alpha = 0.025, sided = 1, typeOfDesign = type)
    out[paste(type, K)] <- seconds(f, times); out[paste(type, K, "z")] <- f()$criticalValues[K]
  }
  f <- function() getDesignCharacteristics(getDesignGroupSequential(kMax = 3, alpha = 0.025, beta = 0.1, typeOfDesign = "asOF", typeBetaSpending = "bsOF"))
  out["futility 3"] <- seconds(f, times); out["futility 3 z"] <- f()$inflationFactor
  d <- getDesignGroupSequential(kMax = 2, alpha = 0.025, typeOfDesign = "asOF"); many <- 1000
  out["survival trials per second"] <- many / system.time(getSimulationSurvival(d, hazardRatio = 0.7, lambda2 = log(2) / 24, plannedEvents = c(100, 200),
    accrualTime = c(0, 12), maxNumberOfSubjects = 300, directionUpper = FALSE, maxNumberOfIterations = many, seed = 1))[["user.self"]]
  json(out)
}
