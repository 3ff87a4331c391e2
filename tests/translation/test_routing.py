from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.translation import Hop, Route
from crossret.translation.routing import MOST_HOPS, MOST_ROUTES, Network, nearest_languages


def network(pairs: str) -> Network:
    return Network(Hop("e", *pair.split("-")) for pair in pairs.split())


def shown(routes: tuple[Route, ...]) -> list[str]:
    return [" ".join([route.hops[0].source, *(hop.target for hop in route.hops)]) for route in routes]


def test_the_shortest_come_first_and_equals_by_name() -> None:
    found = network("en-es es-gl en-gl en-ca ca-es ca-gl").routes("en", "gl")
    assert shown(found) == ["en gl", "en ca gl", "en es gl", "en ca es gl"]


def test_paths_that_the_engine_prefers_come_before_all_others_if_their_hops_are_there() -> None:
    preferred = [("en", "fr", "gl"), ("en", "ca", "es", "gl"), ("en", "es"), ("gl", "en")]
    found = network("en-es es-gl en-gl en-ca ca-es").routes("en", "gl", preferred)
    assert shown(found) == ["en ca es gl", "en gl", "en es gl"]


def test_a_preferred_path_may_not_be_longer_than_a_route_may_be() -> None:
    chain = network("a-b b-c c-d d-e")
    assert chain.routes("a", "e", [("a", "b", "c", "d", "e")]) == ()
    assert shown(chain.routes("a", "d")) == ["a b c d"]


def test_a_hop_keeps_its_mode_and_version_and_the_first_of_a_pair_counts() -> None:
    hops = [Hop("e", "en", "es", "eng-spa", "2"), Hop("e", "en", "es", "other", "1")]
    assert Network(hops).routes("en", "es") == (Route((hops[0],)),)


CODES = st.sampled_from("abcdef")


@given(st.lists(st.tuples(CODES, CODES).filter(lambda pair: pair[0] != pair[1])), CODES, CODES)
def test_routes_connect_their_ends_and_none_goes_in_a_circle(pairs: list[tuple[str, str]], a: str, b: str) -> None:
    hops = [Hop("e", source, target) for source, target in pairs]
    found = Network(hops).routes(a, b)
    paths = [[route.hops[0].source, *(hop.target for hop in route.hops)] for route in found]
    assert paths == sorted(paths, key=lambda path: (len(path), path))
    assert len(paths) <= MOST_ROUTES
    for path, route in zip(paths, found, strict=True):
        assert (path[0], path[-1]) == (a, b)
        assert len(set(path)) == len(path) <= MOST_HOPS + 1
        assert set(route.hops) <= set(hops)
    # The same hops in another order make the same routes.
    assert Network(reversed(hops)).routes(a, b) == found
    assert bool(found) == (b in Network(hops).reached(a))


def test_of_many_languages_that_all_reach_one_another_only_the_best_routes_are_made() -> None:
    codes = [f"l{n}" for n in range(200)]
    dense = Network(Hop("e", a, b) for a, b in itertools.permutations(codes, 2))
    found = shown(dense.routes("l0", "l1"))
    assert found[0] == "l0 l1"
    assert len(found) == MOST_ROUTES


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("en", "pt-BR", "nearest to 'pt-BR': 'pt' by en → es → pt (e)"),
        ("en", "glg", "nearest to 'glg': 'gl' by en → gl (e)"),
        ("en", "xx", "from 'en' it reaches: es, gl, pt"),
        ("pt", "en", "nothing leads from 'pt'; hops lead from: en, es"),
        ("eng", "gl", "nothing leads from 'eng'; did you mean 'en'?"),
    ],
)
def test_a_pair_without_a_route_is_told_with_the_nearest_ones(source: str, target: str, said: str) -> None:
    assert network("en-es es-pt en-gl").without_route(source, target) == said


def test_a_language_written_in_another_way_is_nearer_than_another_language() -> None:
    assert nearest_languages("oc-gascon", ["oc-aranes", "gsc", "oc"]) == ["oc", "oc-aranes"]
