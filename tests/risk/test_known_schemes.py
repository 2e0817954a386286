"""Every published scheme that the evidence names is executable, or listed as known with the reason why it is not."""

from __future__ import annotations

from folded import each

from all_cli.risk.library import RiskLibrary

# The published schemes by who made them. A name that stands for several ids lists them.
KNOWN = """
nci-rome guideline-summary
schultz-2007 cog-aall03b1 cog-aall0232-response cog-aall08b1 cog-aall1731 cog-aall1731-ds cog-aall1732
cog-aall0434 cog-aall1231 cog-aall0631 cog-aall15p1 cog-aall1331 cog-aall0433 cog-aall1122 cog-aall1631 pi-cog
nccn-infant nccn-pediatric-t nccn-pediatric-ph nccn-pedall-f nccn-pedall-b nccn-adult nccn-adult-frame
dfci-91-01 dfci-95-01 dfci-00-01 dfci-05-001 dfci-11-001 dfci-16-001
st-jude-xv st-jude-xvi st-jude-xvii
bfm-90 bfm-95 aieop-9501 all-ic-bfm-2002 all-ic-bfm-2009 aieop-bfm-2000 anzchog-all06 aieop-bfm-2009 aieop-bfm-2017
ukall-2003 ukall-2003-clinical ukall-2011 ukall-cna ukall-cytogenetics ukall-integrated pi-ukall ewall-pi alltogether1
nopho-2008 dcog-all-10 dcog-all-11 coall-07-03 coall-08-09 fralle-2000 caall-f01 eortc-58951 eortc-58081
interfant-99 interfant-06 interfant-21 jplsg-mll-10 esphall-2004 esphall-2010
ma-spore-2003 ma-spore-2010 cccg-all-2015 cccg-all-2020 cclg-2008 gd-2008 scccg-2023 pkuph
jacls-all-02 jacls-all-97 tccsg-l99-15 tpog-2013 tpog-97 korea-hr icicle-14 gbtli-93 gbtli-99 lla-2009 rella05 siop-podc
all-mb-2008 registry-algorithm-1 registry-algorithm-2 registry-algorithm-3 registry-algorithm-4
bfm-relapse bfm-relapse-timing intreall-2010 uk-r3 cog-relapse-timing vhr-relapse-genetics
hoelzer-1988 gaynor-1988 ukall-xii ukall-xii-factors ukall-14 ukall-14-genetics ukall-60 moorman-2007
gmall-07-2003 gmall-08-2013 gmall-mrd graall-2005 beldjord-2014 graall-2014-b graall-2014-t trinquand-2013
pethema-all-ar-03 pethema-all-hr-11 pethema-lal-2019 nilg-09-00 nilg-10-07 gimema-lal1913 lal1913-two-factor
gimema-0496 hovon-100 sweall calgb-karyotype swog-9400 mdacc-2000 esmo-factors eln-2024
ebmt-hsct-adult ebmt-hsct-children gmall-relapse graall-relapse ukall-xii-relapse pethema-relapse tower-refractory
cns-status marrow-status prednisone-response cog-remission pdl-remission mrd-terms mrd-cog cog-induction-failure
pdl-induction-failure marrow-relapse ikzf1plus icc-entities cog-genetics steroid-pretreatment
""".split()  # noqa: SIM905


@each("id", KNOWN)
def test_scheme_is_encoded_or_listed_with_the_reason(id: str, library: RiskLibrary) -> None:
    listed = {entry["id"]: entry for entry in library.not_encoded}
    assert id in library.schemes or listed[id]["reason"]


def test_what_is_listed_as_not_encoded_is_not_encoded(library: RiskLibrary) -> None:
    listed = [entry["id"] for entry in library.not_encoded]
    assert len(listed) == len(set(listed))
    assert not set(listed) & set(library.schemes)


def test_at_least_sixty_schemes_are_executable(library: RiskLibrary) -> None:
    assert len(library.schemes) >= 60
