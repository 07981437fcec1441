/** What `GET /api` answers: the routes, in the order of a visit. */
export const apiIndex: { readonly routes: Readonly<Record<string, string>> } = {
  routes: {
    'GET /api/restaurants': 'the restaurants, 1 and 2',
    'GET /api/restaurants/1/menu': 'its menu by category',
    'GET /api/restaurants/1/analytics?from=&to=':
      'revenue per day, orders per hour, top dishes; the last 30 days if not said',
    'GET /api/restaurants/1/stock?low=true': 'its store room, all or what is low',
    'GET /api/restaurants/1/stock/1': 'one ingredient in it',
    'GET /api/restaurants/1/orders': 'its last 20 orders',
    'GET /api/restaurants/1/promotions': 'what is cheaper at the moment',
    'GET /api/restaurants/1/staff': 'its crew',
    'GET /api/categories/1': 'a category with its dishes',
    'GET /api/dishes/1': 'a dish with its ingredients',
    'GET /api/dishes/1/cost': 'what its ingredients cost',
    'GET /api/orders/1': 'an order with its lines',
    'GET /api/me': 'who is signed in; people sign in at /account',
    'POST /api/orders': '{ "restaurant": 1, "table": 4, "lines": [{ "dish": 1, "quantity": 2 }] }',
    'PATCH /api/orders/1/status': '{ "status": "served" }, or paid, or cancelled',
    'PATCH /api/dishes/1/price': '{ "priceCents": 990 }',
    'POST /api/ingredients/price-list':
      '{ "percent": 5 }: ingredients cost so much more, or less when below zero; managers only',
    'POST /api/restaurants/1/refresh': 'forgets everything cached of one restaurant',
  },
}
