# The textbook joint model by rstanarm::stan_jm: current value, Weibull baseline, first 100 patients of a
# simulated cohort (gen.py --sets 300, see README.md).
# Run: Rscript run.R FOLDER_WITH_CSV > values.json      (Debian packages r-cran-rstanarm, r-cran-jsonlite)
suppressPackageStartupMessages({library(rstanarm); library(survival); library(jsonlite)})
folder <- commandArgs(trailingOnly = TRUE)[1]
visits <- read.csv(file.path(folder, "long_n300.csv")); follow <- read.csv(file.path(folder, "surv_n300.csv"))
visits <- visits[visits$id <= 100, ]; follow <- follow[follow$id <= 100, ]
chains <- 4; iterations <- 3000; seed <- 20; nodes <- 11
sink(stderr())  # Stan writes its progress to standard output
begun <- proc.time()
fit <- stan_jm(y ~ time + time:arm + (time | id), visits, Surv(stime, event) ~ arm, follow, time_var = "time",
               basehaz = "weibull", assoc = "etavalue", qnodes = nodes, chains = chains, cores = 1,
               iter = iterations, seed = seed, refresh = 0)
used <- (proc.time() - begun)[["user.self"]]
s <- summary(fit, digits = 6, probs = c(0.025, 0.5, 0.975))
rows <- grep("b\\[", rownames(s), invert = TRUE, value = TRUE)
table <- lapply(rows, function(n) as.list(s[n, ])); names(table) <- rows
sampler <- rstan::get_sampler_params(fit$stanfit, inc_warmup = FALSE)
p <- prior_summary(fit)
out <- list(program = "rstanarm", version = as.character(packageVersion("rstanarm")),
            data = "simulated cohort, n = 300, patients 1 to 100",
            call = "stan_jm(y ~ time + time:arm + (time | id), Surv(stime, event) ~ arm, basehaz = 'weibull', assoc = 'etavalue')",
            chains = chains, iterations = iterations, warmup = iterations / 2, seed = seed, quadrature_nodes = nodes,
            rows = nrow(visits), patients = nrow(follow), events = sum(follow$event),
            divergences = sum(sapply(sampler, function(x) sum(x[, "divergent__"]))),
            deepest_tree = max(sapply(sampler, function(x) max(x[, "treedepth__"]))),
            cpu_seconds = used, largest_rhat = max(s[, "Rhat"], na.rm = TRUE), smallest_ess = min(s[, "n_eff"], na.rm = TRUE),
            posterior = table, priors = capture.output(print(p)))
sink()
cat(toJSON(out, auto_unbox = TRUE, digits = 8, pretty = TRUE))
