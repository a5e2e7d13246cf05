# Effect sizes of metafor's escalc on public sets of metadat, written as JSON to the standard output.
suppressMessages({ library(metafor); library(metadat); library(jsonlite) })

rows <- function(frame, columns) unname(as.matrix(frame[, columns]))
case <- function(measure, set, frame, columns, result) list(
  measure = measure, set = set, columns = columns, data = rows(frame, columns),
  estimate = as.numeric(result$yi), variance = as.numeric(result$vi))

two_by_two <- c("a", "n1", "c", "n2")
counts <- function(ai, n1i, ci, n2i) data.frame(a = ai, n1 = n1i, c = ci, n2 = n2i)
bcg <- with(dat.bcg, counts(tpos, tpos + tneg, cpos, cpos + cneg))
li <- with(dat.li2007, counts(ai, n1i, ci, n2i))
nielweise <- with(dat.nielweise2007, counts(ai, n1i, ci, n2i))  # has zero cells
collins <- with(dat.collins1985a, counts(b.xti, nti, b.xci, nci))
collins <- collins[complete.cases(collins) & collins$a + collins$c > 0, ]
groups <- c("m1", "sd1", "n1", "m2", "sd2", "n2")
normand <- with(dat.normand1999, data.frame(m1 = m1i, sd1 = sd1i, n1 = n1i, m2 = m2i, sd2 = sd2i, n2 = n2i))
curtis <- with(dat.curtis1998, data.frame(m1 = m1i, sd1 = sd1i, n1 = n1i, m2 = m2i, sd2 = sd2i, n2 = n2i))
gibson <- with(dat.gibson2002, data.frame(m1 = m1i, sd1 = sd1i, n1 = n1i, m2 = m2i, sd2 = sd2i, n2 = n2i))
gibson <- gibson[complete.cases(gibson), ]
hart <- with(dat.hart1999, data.frame(x1 = x1i, t1 = t1i, x2 = x2i, t2 = t2i))
nielrate <- with(dat.nielweise2008, data.frame(x1 = x1i, t1 = t1i, x2 = x2i, t2 = t2i))

out <- list()
add <- function(one) out[[length(out) + 1]] <<- one
sets <- list(bcg = bcg, li2007 = li, nielweise2007 = nielweise, collins1985a = collins)
for (name in names(sets)) {
  f <- sets[[name]]
  for (measure in c("RR", "OR", "RD"))
    add(case(measure, name, f, two_by_two,
             escalc(measure, ai = a, n1i = n1, ci = c, n2i = n2, data = f, add = 1/2, to = "only0")))
  for (measure in c("PETO", "AS"))
    add(case(measure, name, f, two_by_two,
             escalc(measure, ai = a, n1i = n1, ci = c, n2i = n2, data = f, add = 0, to = "none")))
  for (measure in c("PR", "PLO"))
    add(case(measure, name, f, c("a", "n1"),
             escalc(measure, xi = a, ni = n1, data = f, add = 1/2, to = "only0")))
  for (measure in c("PAS", "PFT"))
    add(case(measure, name, f, c("a", "n1"),
             escalc(measure, xi = a, ni = n1, data = f, add = 0, to = "none")))
}
sets <- list(normand1999 = normand, curtis1998 = curtis, gibson2002 = gibson)
for (name in names(sets)) {
  f <- sets[[name]]
  for (type in c("LS", "HO"))
    add(case(paste0("MD_", type), name, f, groups,
             escalc("MD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = f, vtype = type)))
  add(case("SMD", name, f, groups,
           escalc("SMD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = f)))
  if (all(f$m1 * f$m2 > 0))
    add(case("ROM", name, f, groups,
             escalc("ROM", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = f)))
  # the same people before (1) and after (2), as if: the formula is what is compared
  f$r <- 0.4
  add(case("MC", name, f, c(groups, "r"),
           escalc("MC", m1i = m2, sd1i = sd2, m2i = m1, sd2i = sd1, ni = n2, ri = r, data = f)))
}
sets <- list(hart1999 = hart, nielweise2008 = nielrate)
for (name in names(sets)) {
  f <- sets[[name]]
  for (measure in c("IRR", "IRD"))
    add(case(measure, name, f, c("x1", "t1", "x2", "t2"),
             escalc(measure, x1i = x1, t1i = t1, x2i = x2, t2i = t2, data = f, add = 1/2, to = "only0")))
  for (measure in c("IR", "IRLN"))
    add(case(measure, name, f, c("x1", "t1"),
             escalc(measure, xi = x1, ti = t1, data = f, add = 1/2, to = "only0")))
}
# survival: a log-rank test and a Cox model of one set; a paired t test of another
suppressMessages(library(survival))
seen <- survdiff(Surv(time, status) ~ trt, data = veteran)
cox <- summary(coxph(Surv(time, status) ~ trt, data = veteran, ties = "efron"))
hazard <- list(
  set = "veteran, arm 2 against arm 1", observed = seen$obs[2], expected = seen$exp[2],
  variance = seen$var[2, 2], p = pchisq(seen$chisq, 1, lower.tail = FALSE),
  events = sum(veteran$status), n = as.numeric(seen$n),
  log_hazard_ratio = cox$coefficients[1, "coef"], standard_error = cox$coefficients[1, "se(coef)"],
  ratio = cox$conf.int[1, "exp(coef)"], low = cox$conf.int[1, "lower .95"],
  high = cox$conf.int[1, "upper .95"])
slept <- with(sleep, t.test(extra[group == 2], extra[group == 1], paired = TRUE))
drug <- with(sleep, split(extra, group))
pair <- list(
  set = "sleep, second drug against first", n = 10, difference = unname(slept$estimate),
  standard_error = slept$stderr, p = slept$p.value, low = slept$conf.int[1],
  high = slept$conf.int[2], sd_before = sd(drug[[1]]), sd_after = sd(drug[[2]]),
  mean_before = mean(drug[[1]]), mean_after = mean(drug[[2]]), sd_change = sd(drug[[2]] - drug[[1]]),
  correlation = cor(drug[[1]], drug[[2]]))

cat(toJSON(list(
  program = "R", version = as.character(getRversion()),
  metafor = as.character(packageVersion("metafor")),
  metadat = as.character(packageVersion("metadat")),
  survival = as.character(packageVersion("survival")),
  hazard = hazard, pair = pair, cases = out), digits = NA, auto_unbox = TRUE, matrix = "rowmajor"))
cat("\n")
