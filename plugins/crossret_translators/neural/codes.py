"""How model families write languages: one explicit table each, no code is derived from another.

A table lists pairs of a BCP-47 code and the family's own. A language may have several codes (the first that a model
knows is taken), and a code may stand for several languages (``pt`` and ``pt-BR``, where a family knows one Portuguese).
"""

from __future__ import annotations

from typing import Final

Table = tuple[tuple[str, str], ...]


def _table(pairs: str) -> Table:
    return tuple((language, code) for language, _, code in (pair.partition("=") for pair in pairs.split()))


FLORES: Final = _table("""
    ace-Arab=ace_Arab ace=ace_Latn acm=acm_Arab acq=acq_Arab aeb=aeb_Arab af=afr_Latn ajp=ajp_Arab ak=aka_Latn
    am=amh_Ethi apc=apc_Arab ar=arb_Arab ars=ars_Arab ary=ary_Arab arz=arz_Arab as=asm_Beng ast=ast_Latn awa=awa_Deva
    ay=ayr_Latn azb=azb_Arab az=azj_Latn ba=bak_Cyrl bm=bam_Latn ban=ban_Latn be=bel_Cyrl bem=bem_Latn bn=ben_Beng
    bho=bho_Deva bjn-Arab=bjn_Arab bjn=bjn_Latn bo=bod_Tibt bs=bos_Latn bug=bug_Latn bg=bul_Cyrl ca=cat_Latn
    ceb=ceb_Latn cs=ces_Latn cjk=cjk_Latn ckb=ckb_Arab crh=crh_Latn cy=cym_Latn da=dan_Latn de=deu_Latn dik=dik_Latn
    dyu=dyu_Latn dz=dzo_Tibt el=ell_Grek en=eng_Latn eo=epo_Latn et=est_Latn eu=eus_Latn ee=ewe_Latn fo=fao_Latn
    fa=pes_Arab fj=fij_Latn fi=fin_Latn fon=fon_Latn fr=fra_Latn fur=fur_Latn fuv=fuv_Latn gd=gla_Latn ga=gle_Latn
    gl=glg_Latn gn=grn_Latn gu=guj_Gujr ht=hat_Latn ha=hau_Latn he=heb_Hebr hi=hin_Deva hne=hne_Deva hr=hrv_Latn
    hu=hun_Latn hy=hye_Armn ig=ibo_Latn ilo=ilo_Latn id=ind_Latn is=isl_Latn it=ita_Latn jv=jav_Latn ja=jpn_Jpan
    kab=kab_Latn kac=kac_Latn kam=kam_Latn kn=kan_Knda ks=kas_Arab ks-Deva=kas_Deva ka=kat_Geor knc-Arab=knc_Arab
    knc=knc_Latn kk=kaz_Cyrl kbp=kbp_Latn kea=kea_Latn km=khm_Khmr ki=kik_Latn rw=kin_Latn ky=kir_Cyrl kmb=kmb_Latn
    kg=kon_Latn ko=kor_Hang kmr=kmr_Latn ku=kmr_Latn lo=lao_Laoo lv=lvs_Latn lij=lij_Latn li=lim_Latn ln=lin_Latn
    lt=lit_Latn lmo=lmo_Latn ltg=ltg_Latn lb=ltz_Latn lua=lua_Latn lg=lug_Latn luo=luo_Latn lus=lus_Latn mag=mag_Deva
    mai=mai_Deva ml=mal_Mlym mr=mar_Deva min=min_Latn mk=mkd_Cyrl mg=plt_Latn mt=mlt_Latn mni=mni_Beng mn=khk_Cyrl
    mos=mos_Latn mi=mri_Latn ms=zsm_Latn my=mya_Mymr nl=nld_Latn nn=nno_Latn nb=nob_Latn no=nob_Latn ne=npi_Deva
    nso=nso_Latn nus=nus_Latn ny=nya_Latn oc=oci_Latn om=gaz_Latn or=ory_Orya pag=pag_Latn pa=pan_Guru pap=pap_Latn
    pl=pol_Latn pt=por_Latn pt-BR=por_Latn prs=prs_Arab ps=pbt_Arab qu=quy_Latn ro=ron_Latn rn=run_Latn ru=rus_Cyrl
    sg=sag_Latn sa=san_Deva sat=sat_Beng scn=scn_Latn shn=shn_Mymr si=sin_Sinh sk=slk_Latn sl=slv_Latn sm=smo_Latn
    sn=sna_Latn sd=snd_Arab so=som_Latn st=sot_Latn es=spa_Latn sq=als_Latn sc=srd_Latn sr=srp_Cyrl ss=ssw_Latn
    su=sun_Latn sv=swe_Latn sw=swh_Latn szl=szl_Latn ta=tam_Taml tt=tat_Cyrl te=tel_Telu tg=tgk_Cyrl tl=tgl_Latn
    fil=tgl_Latn th=tha_Thai ti=tir_Ethi taq=taq_Latn taq-Tfng=taq_Tfng tpi=tpi_Latn tn=tsn_Latn ts=tso_Latn
    tk=tuk_Latn tum=tum_Latn tr=tur_Latn tw=twi_Latn tzm=tzm_Tfng ug=uig_Arab uk=ukr_Cyrl umb=umb_Latn ur=urd_Arab
    uz=uzn_Latn vec=vec_Latn vi=vie_Latn war=war_Latn wo=wol_Latn xh=xho_Latn yi=ydd_Hebr yo=yor_Latn yue=yue_Hant
    zh=zho_Hans zh-Hans=zho_Hans zh-Hant=zho_Hant zu=zul_Latn
""")
"""Codes of FLORES-200, which NLLB uses."""

M2M: Final = _table("""
    af=af am=am ar=ar ast=ast az=az ba=ba be=be bg=bg bn=bn br=br bs=bs ca=ca ceb=ceb cs=cs cy=cy da=da de=de el=el
    en=en es=es et=et fa=fa ff=ff fi=fi fr=fr fy=fy ga=ga gd=gd gl=gl gu=gu ha=ha he=he hi=hi hr=hr ht=ht hu=hu hy=hy
    id=id ig=ig ilo=ilo is=is it=it ja=ja jv=jv ka=ka kk=kk km=km kn=kn ko=ko lb=lb lg=lg ln=ln lo=lo lt=lt lv=lv
    mg=mg mk=mk ml=ml mn=mn mr=mr ms=ms my=my ne=ne nl=nl no=no nb=no nso=ns oc=oc or=or pa=pa pl=pl ps=ps pt=pt
    pt-BR=pt ro=ro ru=ru sd=sd si=si sk=sk sl=sl so=so sq=sq sr=sr ss=ss su=su sv=sv sw=sw ta=ta th=th tl=tl fil=tl
    tn=tn tr=tr uk=uk ur=ur uz=uz vi=vi wo=wo xh=xh yi=yi yo=yo zh=zh zh-Hans=zh zu=zu
""")
"""Codes of M2M-100; ``ns`` is Northern Sotho."""

MARIAN: Final = _table("""
    af=afr af=af an=arg an=an ang=ang ar=ara ar=arb ar=ar as=asm ast=ast az=aze az=az az=aze_Latn be=bel be=be bg=bul
    bg=bg bn=ben bn=bn br=bre br=br bs=bos bs=bos_Latn bs=bs ca=cat ca=ca ceb=ceb co=cos co=co cs=ces cs=cs cy=cym
    cy=cy da=dan da=da de=deu de=de el=ell el=el en=eng en=en eo=epo eo=eo es=spa es=es et=est et=et eu=eus eu=eu
    fa=fas fa=pes fa=fa fi=fin fi=fi fo=fao fo=fo fr=fra fr=fr frp=frp fur=fur fy=fry fy=fy ga=gle ga=ga gd=gla gd=gd
    gl=glg gl=gl gsw=gsw gu=guj gu=gu ha=hau ha=ha he=heb he=he hi=hin hi=hi hr=hrv hr=hr ht=hat ht=ht hu=hun hu=hu
    hy=hye hy=hy ia=ina ia=ia id=ind id=id ig=ibo ig=ig io=ido io=io is=isl is=is it=ita it=it ja=jpn ja=ja jv=jav
    ka=kat ka=ka kk=kaz kk=kk kk=kaz_Cyrl km=khm km=km kn=kan kn=kn ko=kor ko=ko ku=kur ku=kmr ku=kur_Latn ky=kir
    la=lat la=la la=lat_Latn lad=lad lb=ltz lb=lb lij=lij lmo=lmo ln=lin ln=ln lt=lit lt=lt lv=lav lv=lv mg=mlg mg=mg
    mk=mkd mk=mk ml=mal ml=ml mn=mon mr=mar mr=mr ms=zsm_Latn ms=msa ms=ms mt=mlt mt=mt mwl=mwl my=mya my=my nap=nap
    nb=nob nb=nb nds=nds ne=npi ne=ne nl=nld nl=nl nn=nno nn=nn no=nor no=no oc=oci oc=oc or=ori pa=pan_Guru pa=pan
    pap=pap pl=pol pl=pl pms=pms ps=pus ps=ps pt=por pt=pt pt-BR=pt_BR pt-BR=pt_br pt-PT=pt_PT pt-PT=pt_pt rm=roh
    ro=ron ro=ro ru=rus ru=ru rw=kin sa=san sc=srd sc=sc scn=scn sco=sco sd=snd se=sme si=sin si=si sk=slk sk=sk
    sl=slv sl=sl so=som sq=sqi sq=sq sr=srp_Cyrl sr=srp sr=sr sr-Latn=srp_Latn su=sun sv=swe sv=sv sw=swa sw=swh sw=sw
    szl=szl ta=tam ta=ta te=tel te=te tg=tgk tg=tgk_Cyrl th=tha th=th tk=tuk tl=tgl tl=tl fil=fil tr=tur tr=tr tt=tat
    ug=uig uk=ukr uk=uk ur=urd ur=ur uz=uzb uz=uzb_Latn vec=vec vi=vie vi=vi wa=wln wa=wa wo=wol xh=xho xh=xh yi=yid
    yo=yor yo=yo yue=yue zh=cmn_Hans zh=zho_Hans zh=zho zh=cmn zh=zh zh=zh_cn zh-Hant=cmn_Hant zh-Hant=zho_Hant
    zh-Hant=zh_tw zu=zul zu=zu
""")
"""Codes of OPUS-MT: ISO 639-3 in newer models, two letters in older ones."""

ARGOS: Final = _table("""
    ar=ar az=az bg=bg bn=bn ca=ca cs=cs da=da de=de el=el en=en eo=eo es=es et=et eu=eu fa=fa fi=fi fr=fr ga=ga gl=gl
    he=he hi=hi hu=hu id=id it=it ja=ja ko=ko ky=ky lt=lt lv=lv ms=ms nb=nb nl=nl pl=pl pt=pt pt-BR=pb ro=ro ru=ru sk=sk
    sl=sl sq=sq sr=sr sv=sv th=th tl=tl tr=tr uk=uk ur=ur vi=vi zh=zh zh-Hant=zt
""")
"""Codes of Argos Translate's packages; ``pb`` is Brazilian Portuguese, ``zt`` traditional Chinese."""
