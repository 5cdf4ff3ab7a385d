"""Names for runs that nobody named: an adjective and an animal, such as ``calm-otter``."""

from __future__ import annotations

import os

_ADJECTIVES = """
able agile amber apt bold brave breezy bright brisk calm candid careful cheery chief civil clear
clever cosmic crisp curious daring deft eager early easy elegant exact fair famous fast fine fleet
fluent fond frank free fresh gentle glad golden grand happy hardy honest humble jolly keen kind
lively lucid lucky mellow merry mighty modest neat nimble noble patient placid polite proud quick
quiet rapid ready robust rosy serene sharp shiny silent smart smooth snug solid steady still
subtle sunny sure swift tidy tranquil upbeat valiant vivid warm wise witty zesty
"""
_ANIMALS = """
albatross alpaca ant antelope badger bat bear beaver bee bison boar bobcat buffalo camel cat
cheetah cobra condor corgi cougar coyote crab crane cricket crow deer dingo dolphin donkey dove
dragonfly duck eagle egret elk emu falcon ferret finch firefly fox frog gazelle gecko gibbon
giraffe goat goose grouse gull hare hawk hedgehog heron hornet horse ibex ibis impala jackal
jaguar jay kestrel kingfisher kiwi koala lark lemur leopard lion lizard llama lobster loon lynx
macaw magpie marmot marten mole moose moth mouse newt ocelot octopus oriole osprey otter owl panda
panther parrot pelican penguin pigeon plover pony puffin puma quail rabbit raccoon raven robin
salmon seal shark sparrow squid stork swan tapir tern tiger toad trout turtle viper walrus weasel
whale wolf wombat yak
"""


def generated_name() -> str:
    """Return two random words; no generator that a user may have seeded is touched."""
    one, two = os.urandom(2)
    adjectives, animals = _ADJECTIVES.split(), _ANIMALS.split()
    return f"{adjectives[one % len(adjectives)]}-{animals[two % len(animals)]}"
