"""What random tests draw their values from."""

from odoo.tools import misc

from odoo.addons.order_processing.models.common import sql_arrays

from tests.conftest import of_the_project


def test_values_that_stand_in_the_add_on_are_tried_and_not_those_of_odoo():
    assert of_the_project(sql_arrays.__file__)
    assert not of_the_project(misc.__file__)
