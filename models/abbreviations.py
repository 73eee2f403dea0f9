"""Abbreviations that news prose writes with a full stop, grouped by what may follow them.

Entries are lower case and without the final stop. The groups follow the distinction Kiss & Strunk (2006) draw between
abbreviations that practically never end a sentence and those that may.
"""

#: Stand, capitalised, before a name, so the sentence always goes on.
TITLES = frozenset(
    """
    mr mrs ms mx messrs mme mmes mlle dr drs prof rev revd fr sr br msgr hon rt pres gov govs lt col gen maj capt
    cmdr cdr adm sgt cpl pvt pfc spc spec cmdt brig supt insp det const sec sen sens rep reps del amb atty asst
    assoc dep min ald cllr st ste mt ft pte gdsmn wg flt sqn
    """.split()
)

#: Stand before a number, a letter or another part of a citation.
NUMBERED = frozenset(
    """
    no nos p pp vol vols fig figs art arts ch chap para paras sect ver rs op cat ext pl
    """.split()
)

#: Months and weekdays; a date follows, unless a new sentence plainly begins.
CALENDAR = frozenset(
    """
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    """.split()
)

#: Join what stands on either side of them.
CONNECTIVES = frozenset("v vs cf viz e.g i.e eg ie approx ca c est incl resp nr née aka b d".split())

#: Capitalised, may end a sentence as well as stand inside one: firms, suffixes, streets, states and provinces.
FINAL = frozenset(
    """
    inc co cos corp ltd bros llc plc dept univ assn mfg intl natl govt jr sr snr esq st ave blvd rd sq hwy pkwy bldg
    apt ala ariz ark calif colo conn dela fla ga ill ind kan kans ky la md mass mich minn miss mo mont neb nebr nev
    okla ore pa penn tenn tex va vt wash wis wyo ont que alta sask
    """.split()
)

#: Lower case, may end a sentence as well as stand inside one.
FINAL_LOWER = frozenset("etc al oz lb lbs km kg ft sq yds hrs mins pct bn tn".split())

#: Capitalised words that open a new sentence far more often than they continue a name.
STARTERS = frozenset(
    """
    The A An This That These Those There Here He She It They We You His Her Its Their Our My Your But And Or Nor So
    Yet In On At By For From With Without Within Under Over Of To Into Since Until After Before During Among Between
    Despite Against About Across Along As If When While Where Why What Who Whose Which How Whether Although Though
    Because Unless Once Then Now Still Even Only Just Also Both Each Every Either Neither All Any Some Many Most
    Much More Few Several Such Other Others Another One Two Three Four Five Six Seven Eight Nine Ten No Not Nobody
    Nothing None Never Yes Well However Meanwhile Moreover Instead Perhaps Maybe Indeed Earlier Later Today
    Yesterday Tomorrow Asked According Police Officials Analysts Critics Experts Residents Officers Investigators
    Prosecutors Lawmakers Democrats Republicans Let Like Unlike Last Next It's That's There's He's She's They're
    We're I'm I've I'd Don't What's It’s That’s There’s He’s She’s They’re We’re I’m I’ve I’d Don’t What’s
    """.split()
)

#: Verbs that attribute a quotation to the name before them.
SPEECH_VERBS = frozenset(
    """
    said says asked asks told tells added adds replied replies wrote writes shouted cried exclaimed demanded
    wondered tweeted quipped joked yelled recalled insisted continued declared responded remarked
    """.split()
)

#: Go on with the time of day that ``a.m.`` or ``p.m.`` closes.
TIME_WORDS = frozenset(
    """
    ET EST EDT CT CST CDT MT MST PT PST PDT GMT BST UTC CET IST Eastern Central Pacific Mountain Greenwich Monday
    Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September
    October November December local
    """.split()
)
