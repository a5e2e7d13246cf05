"""A made-up registry record of API version 2 with posted results, small enough to check by eye."""

from typing import Any

__all__ = ["made_up_record"]


def _counts(**values: str) -> list[dict[str, str]]:
    return [{"groupId": group, "value": value} for group, value in values.items()]


def _measure(title: str, **more: Any) -> dict[str, Any]:
    groups = [{"id": "OG000", "title": "Cells"}, {"id": "OG001", "title": "Placebo"}]
    denoms = [{"units": "Participants", "counts": _counts(OG000="30", OG001="28")}]
    return {"title": title, "reportingStatus": "POSTED", "groups": groups, "denoms": denoms, **more}


def _values(cells: dict[str, str], placebo: dict[str, str], title: str = "") -> dict[str, Any]:
    measurements = [{"groupId": "OG000", **cells}, {"groupId": "OG001", **placebo}]
    named = {"title": title} if title else {}
    return {**named, "categories": [{"measurements": measurements}]}


def _outcomes() -> list[dict[str, Any]]:
    return [
        _measure(
            "Change From Baseline in ALSFRS-R",
            paramType="MEAN",
            dispersionType="Standard Deviation",
            unitOfMeasure="units on a scale",
            timeFrame="24 weeks",
            classes=[
                _values({"value": "-5.1", "spread": "4.5"}, {"value": "-5.9", "spread": "5.0"})
            ],
            analyses=[{"groupIds": ["OG000", "OG001"], "pValue": "0.51", "paramValue": "0.8"}],
        ),
        _measure(
            "Change in Slow Vital Capacity",
            paramType="LEAST_SQUARES_MEAN",
            dispersionType="Standard Error",
            unitOfMeasure="percent predicted",
            timeFrame="Week 24",
            classes=[_values({"value": "-9", "spread": "2"}, {"value": "-10", "spread": "2.5"})],
        ),
        _measure(
            "Slope slowed by 25 percent",
            paramType="COUNT_OF_PARTICIPANTS",
            unitOfMeasure="Participants",
            timeFrame="24 weeks",
            classes=[_values({"value": "11"}, {"value": "8"}, "Week 24")],
        ),
        _measure(
            "Time to event",
            paramType="MEDIAN",
            unitOfMeasure="days",
            timeFrame="24 weeks",
            classes=[_values({"value": "100"}, {"value": "NA"})],
        ),
        _measure("Later result", reportingStatus="NOT_POSTED"),
    ]


def made_up_record(
    identifier: str = "NCT99999999", *, status: str = "COMPLETED", updated: str = "2031-05-06"
) -> dict[str, Any]:
    """A randomised trial of 30 people with cells and 28 with placebo; every number is made up."""
    protocol = {
        "identificationModule": {"nctId": identifier, "briefTitle": "Made-up cells in ALS"},
        "statusModule": {
            "overallStatus": status,
            "lastUpdatePostDateStruct": {"date": updated},
            "startDateStruct": {"date": "2028-01"},
        },
        "conditionsModule": {"conditions": ["Amyotrophic Lateral Sclerosis"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "DOUBLE"}},
            "enrollmentInfo": {"count": 60, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Cells", "type": "EXPERIMENTAL"},
                {"label": "Placebo", "type": "PLACEBO_COMPARATOR"},
            ],
            "interventions": [
                {"name": "MSC", "description": "autologous bone marrow cells, intrathecal"}
            ],
        },
    }
    flow = {
        "groups": [{"id": "FG000", "title": "Cells"}, {"id": "FG001", "title": "Placebo"}],
        "periods": [
            {
                "title": "Overall Study",
                "milestones": [
                    {
                        "type": "STARTED",
                        "achievements": [
                            {"groupId": "FG000", "numSubjects": "31"},
                            {"groupId": "FG001", "numSubjects": "29"},
                        ],
                    },
                    {
                        "type": "COMPLETED",
                        "achievements": [
                            {"groupId": "FG000", "numSubjects": "30"},
                            {"groupId": "FG001", "numSubjects": "28"},
                        ],
                    },
                ],
            }
        ],
    }
    events = {
        "timeFrame": "24 weeks",
        "eventGroups": [
            {
                "id": "EG000",
                "title": "Cells",
                "deathsNumAffected": 2,
                "deathsNumAtRisk": 31,
                "seriousNumAffected": 5,
                "seriousNumAtRisk": 31,
            },
            {
                "id": "EG001",
                "title": "Placebo",
                "deathsNumAffected": 1,
                "deathsNumAtRisk": 29,
                "seriousNumAffected": 4,
                "seriousNumAtRisk": 29,
            },
        ],
        "otherEvents": [
            {
                "term": "Headache",
                "stats": [
                    {"groupId": "EG000", "numAffected": 9, "numAtRisk": 31},
                    {"groupId": "EG001", "numAffected": 3, "numAtRisk": 29},
                ],
            }
        ],
    }
    baseline = {
        "groups": [{"id": "BG000", "title": "Cells"}],
        "denoms": [{"units": "Participants", "counts": _counts(BG000="31")}],
        "measures": [
            {
                "title": "Age",
                "paramType": "MEAN",
                "dispersionType": "STANDARD_DEVIATION",
                "unitOfMeasure": "years",
                "classes": [
                    {
                        "categories": [
                            {
                                "measurements": [
                                    {"groupId": "BG000", "value": "55.5", "spread": "9.1"}
                                ]
                            }
                        ]
                    }
                ],
            }
        ],
    }
    return {
        "protocolSection": protocol,
        "resultsSection": {
            "participantFlowModule": flow,
            "baselineCharacteristicsModule": baseline,
            "outcomeMeasuresModule": {"outcomeMeasures": _outcomes()},
            "adverseEventsModule": events,
            "somethingNewModule": {},
        },
        "hasResults": True,
    }
